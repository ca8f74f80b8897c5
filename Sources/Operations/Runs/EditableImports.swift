import ModelCore
import SystemIO
import SystemPackage

/// What an interpreter imports from a work tree, as projects that are installed editable, led to another work tree of
/// the repository.
///
/// Directories that `PYTHONPATH` names come before those of installed packages, and before setuptools' finders; a build
/// tool's own hook comes before these.
struct EditableImports {
    /// The value of `PYTHONPATH`; `nil` where nothing has to be led elsewhere.
    let path: String?
    /// What the user should know.
    let warnings: [String]

    /// Looks at what an interpreter says that knows no `PYTHONPATH`; `other` is the value that this has.
    init(
        _ answer: PythonInterpreter.Answer,
        from source: FilePath,
        to target: FilePath,
        besides other: String?
    ) throws {
        let (root, prefix) = (try FileStatus.realPath(of: source), try FileStatus.realPath(of: FilePath(answer.prefix)))
        /// Returns the same place in the other work tree; `nil` for one that is not in this one.
        func moved(_ place: String) throws -> FilePath? {
            guard place.hasPrefix("/") else { return nil }
            var inner = try FileStatus.realPath(of: FilePath(place))
            return inner.removePrefix(root) ? target.pushing(inner) : nil
        }
        let places = try answer.imports.filter { $0.hasPrefix("/") }.map { try FileStatus.realPath(of: FilePath($0)) }
        // An environment in the work tree is no code of it; one around it, as where `/usr/local` has both, says
        // nothing.
        let isInner = prefix != root && prefix.starts(with: root)
        let own = places.filter { $0.starts(with: root) && !(isInner && $0.starts(with: prefix)) }
        var found: [String] = []
        for place in own {
            guard let there = try moved(place.string), !found.contains(there.string) else { continue }
            if try FileStatus.of(there, followingLinks: true) != nil { found.append(there.string) }
        }
        let words = (other ?? "").split(separator: ":").map(String.init)
        let rest = try words.map { try moved($0)?.string ?? $0 }
        // What the run's own `PYTHONPATH` named came before anything that is installed.
        path = found.isEmpty && rest == words ? nil : (rest + found).joined(separator: ":")
        warnings = try answer.editable.compactMap { project in
            let place = try FileStatus.realPath(of: FilePath(project.place))
            guard place.starts(with: root), !own.contains(where: { $0.starts(with: place) }) else { return nil }
            return "\(project.name) is installed from \(project.place) by a hook that cannot be led to the worktree: "
                + "the run imported it from there, as it is now"
        }
    }
}
