/// What happens to a command at one of its write steps.
struct Fault: Sendable, CustomStringConvertible {
    /// How the step is met.
    enum Kind: String, Sendable {
        /// SIGKILL before the step.
        case kill
        /// SIGKILL after half of a write, or after any other step.
        case tear
        /// The step fails, and nothing else does.
        case once
        /// The step fails, and all that follow.
        case on
    }

    /// How the step is met.
    let kind: Kind
    /// The number of the step, from 1.
    let step: Int
    /// The error of steps that fail.
    var errno: Int32 = 0
    /// Only steps on paths that begin with this count.
    var below = ""

    /// The variables that `Shim/fault.c` reads, as assignments of the shell.
    var assignments: String {
        "FAULT_KIND=\(kind.rawValue) FAULT_STEP=\(step) FAULT_ERRNO=\(errno) FAULT_BELOW=\(below)"
    }

    var description: String { "\(kind.rawValue) at step \(step)\(errno == 0 ? "" : " with error \(errno)")" }

    /// The errors that a step fails with.
    enum Failure {
        static let inputOutput: Int32 = 5
        static let diskFull: Int32 = 28
    }
}
