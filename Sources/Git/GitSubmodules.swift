import ModelCore
import SystemIO
import SystemPackage

/// The submodules of a work tree, got from clones of them that this machine has, and from nowhere else.
package struct GitSubmodules: Sendable {
    /// A submodule that could not be had.
    package struct Absence: Sendable, Hashable {
        /// The path from the top of the work tree.
        package let path: String
        /// The commit that it is to be at.
        package let commit: GitObjectID
        /// What Git says against it; `nil` where no clone has the commit.
        package let problem: String?
    }

    /// How deep submodules lie in each other.
    private static let depthLimit = 8
    private static let listName: FilePath = ".gitmodules"

    private let root: FilePath
    private let program: GitProgram
    private let objectFormat: GitObjectFormat
    private let places: [FilePath]
    private let prefix: String
    private let depth: Int

    /// Creates the submodules of a work tree; `owner` is a repository whose submodules were got before.
    package init?(of repository: GitRepository, clonedIn owner: GitRepository) {
        guard let root = repository.layout.workTree else { return nil }
        self.init(
            root: root,
            program: repository.program,
            objectFormat: repository.layout.objectFormat,
            places: [owner.layout.gitDirectory, owner.layout.commonDirectory].map { $0.appending("modules") },
            prefix: "",
            depth: 0
        )
    }

    private init(
        root: FilePath,
        program: GitProgram,
        objectFormat: GitObjectFormat,
        places: [FilePath],
        prefix: String,
        depth: Int
    ) {
        self.root = root
        self.program = program
        self.objectFormat = objectFormat
        self.places = places
        self.prefix = prefix
        self.depth = depth
    }

    /// Checks all of them out, those in them too; returns those that could not be had.
    ///
    /// `changes` are the commits that submodules at the top are to be at in the place of what the index says, `nil` for
    /// those that are not to be there. No hook and no command of a tracked file runs.
    package func checkOut(_ changes: [GitPath: GitObjectID?] = [:]) async throws -> [Absence] {
        guard depth < GitSubmodules.depthLimit else { return [] }
        let commits = try await commits().merging(changes) { _, changed in changed }
        guard !commits.isEmpty else { return [] }
        let names = try await names()
        var absences: [Absence] = []
        for (entry, commit) in commits.sorted(by: { $0.key < $1.key }) {
            guard let path = entry.text, let commit else { continue }
            let clones = names[path].map { name in places.map { $0.appending(name) } } ?? []
            guard let name = names[path], let clone = try await clone(among: clones, with: commit) else {
                absences.append(Absence(path: prefix + path, commit: commit, problem: nil))
                continue
            }
            do { try await checkOut(path, named: name, at: commit, from: clone) } catch {
                if error.kind == .cancelled { throw error }
                absences.append(Absence(path: prefix + path, commit: commit, problem: error.description))
                continue
            }
            absences += try await inner(path, clones: clones).checkOut()
        }
        return absences
    }

    /// Whether a list of submodules is there, for without one none can be got.
    private var hasList: Bool { (try? FileStatus.of(root.pushing(GitSubmodules.listName)))??.kind == .regular }

    /// Returns the commits that the index has of submodules.
    private func commits() async throws(GitError) -> [GitPath: GitObjectID?] {
        guard hasList else { return [:] }
        var commits: [GitPath: GitObjectID?] = [:]
        for entry in try await GitIndex(program, objectFormat).entries() where entry.mode.isSubmodule {
            commits[entry.path] = entry.id
        }
        return commits
    }

    /// Returns the submodules in one.
    private func inner(_ path: String, clones: [FilePath]) -> GitSubmodules {
        let place = root.pushing(FilePath(path))
        return GitSubmodules(
            root: place,
            program: program.with(directory: place),
            objectFormat: objectFormat,
            places: clones.map { $0.appending("modules") },
            prefix: "\(prefix)\(path)/",
            depth: depth + 1
        )
    }

    /// Returns the names of submodules by their paths; a name that leads out of the directory of clones is none.
    private func names() async throws(GitError) -> [String: String] {
        guard hasList else { return [:] }
        let (start, end) = ("submodule.", ".path")
        let output = try await program.run(
            ["config", "--file", GitArgument(GitSubmodules.listName), "-z", "--get-regexp", #"^submodule\..*\.path$"#],
            accepting: [0, 1]
        )
        var names: [String: String] = [:]
        for record in output.records {
            let parts = String(decoding: record, as: UTF8.self).split(separator: "\n", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = String(parts[0].dropFirst(start.count).dropLast(end.count))
            if (try? RepositoryPath(name)) != nil { names[String(parts[1])] = name }
        }
        return names
    }

    /// Returns the clone that has a commit.
    private func clone(among clones: [FilePath], with commit: GitObjectID) async throws(GitError) -> FilePath? {
        for clone in clones where (try? FileStatus.of(clone))??.kind == .directory {
            let question: [GitArgument] = ["cat-file", "-e", "\(commit.hex)^{commit}"]
            let own = program.with(directory: clone, environment: ["GIT_DIR": clone.string])
            if try await own.run(question, accepting: [0, 1, 128]).exitCode == 0 { return clone }
        }
        return nil
    }

    private func checkOut(
        _ path: String,
        named name: String,
        at commit: GitObjectID,
        from clone: FilePath
    ) async throws(GitError) {
        try await program.run(["update-index", "--add", "--cacheinfo", "160000,\(commit.hex),\(path)"])
        // Nothing is written into the configuration, which the user's own work tree shares.
        let settings = [
            (key: "protocol.file.allow", value: "always"), ("submodule.\(name).url", clone.string),
            ("submodule.\(name).active", "true"), ("core.hooksPath", "/dev/null"),
        ]
        let environment = GitSettings.variables(settings, after: program.environment)
        let command: [GitArgument] = ["submodule", "--quiet", "update", "--checkout", "--", GitArgument(path)]
        try await program.with(environment: environment.mapValues { $0 }).run(command)
    }
}
