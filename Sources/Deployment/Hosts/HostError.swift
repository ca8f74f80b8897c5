package import SystemPackage

/// Why something could not be done where a target's releases are.
package enum HostError: Error, Sendable, Equatable {
    /// Somebody else deploys to the directory: what they noted of themselves, if anything.
    case locked(FilePath, by: String?)
    /// What stands at the path is not git-model's, and stays as it is: the path, and what it is.
    case foreign(FilePath, what: String)
    /// A release is not what it should be: what differs, a line each.
    case damaged(ReleaseID, [String])
    /// A release has to go while it is the current one.
    case current(ReleaseID)
    /// There is no such sealed release.
    case absent(ReleaseID)
    /// The host cannot do what a deployment takes: why.
    case unable(String)
    /// A command on the host failed: what it was to do, and what it said.
    case failed(String, said: String)
}

extension HostError: CustomStringConvertible {
    /// One clause that names the object and the problem.
    package var description: String {
        switch self {
        case .locked(let path, let holder): "somebody else is deploying to \(path)" + (holder.map { ": \($0)" } ?? "")
        case .foreign(let path, let what): "\(path) is \(what), which git-model did not make"
        case .damaged(let release, let lines):
            "release \(release) is not what it should be: \(HostError.summary(lines))"
        case .current(let release): "release \(release) is the current one"
        case .absent(let release): "there is no sealed release \(release)"
        case .unable(let reason): reason
        case .failed(let what, let said): said.isEmpty ? "cannot \(what)" : "cannot \(what): \(said)"
        }
    }

    /// That somebody else has something where releases are to be.
    static func foreignReleases(at layout: TargetLayout) -> HostError {
        .foreign(layout.releases, what: "a directory that is not empty")
    }

    /// The first of many lines.
    private static func summary(_ lines: [String]) -> String {
        let first = lines.prefix(3).joined(separator: ", ")
        return lines.count > 3 ? "\(first) and \(lines.count - 3) more" : first
    }
}
