import ModelCore

/// Why a target of `.mver/config` cannot be deployed to as it is written there.
package enum TargetError: Error, Sendable, Equatable {
    /// The text is no target's name.
    case name(String)
    /// The target has no such key, or it needs one: the key, and what is wrong.
    case setting(target: String, key: String, problem: String)
}

extension TargetError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String {
        switch self {
        case .name(let text):
            "\(QuotedPath.encode(text)) is no name of a target: use letters, digits, \"-\", \"_\" and \".\""
        case .setting(let target, let key, let problem): "deploy.\(target).\(key) \(problem)"
        }
    }
}
