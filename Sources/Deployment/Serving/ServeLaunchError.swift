import ModelCore
package import SystemIO

/// Why a command of a release does not run, or gave nothing.
package enum ServeLaunchError: Error, Sendable, Equatable {
    /// There are no words.
    case noCommand
    /// No directory of `PATH` has a program of that name.
    case notFound(String)
    /// No port of the loopback interface is free.
    case noPort
    /// The command wrote no file at `{out}`, or several.
    case noOutput
    /// The system refused.
    case io(IOError)
}

extension ServeLaunchError: CustomStringConvertible {
    /// One clause.
    package var description: String {
        switch self {
        case .noCommand: "there is no command"
        case .notFound(let name): "there is no program \(QuotedPath.encode(name)) on PATH"
        case .noPort: "no port of 127.0.0.1 is free"
        case .noOutput: "the command did not write the one file that {out} stands for"
        case .io(let error): "\(error)"
        }
    }
}
