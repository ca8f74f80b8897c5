import SystemIO
import SystemPackage

/// One entry of the index.
package struct GitIndexEntry: Sendable, Hashable {
    /// The path from the top.
    package let path: GitPath
    /// Its mode.
    package let mode: GitMode
    /// Its blob, or a submodule's commit.
    package let id: GitObjectID
    /// 0, or 1 (base), 2 (ours), 3 (theirs) in a conflict.
    package let stage: Int
}

/// A path that the index and a commit's tree have differently.
package struct GitIndexChange: Sendable, Hashable {
    /// The path from the top.
    package let path: GitPath
    /// What happened.
    package let status: Status
    /// The mode before; absent when added.
    package let oldMode: GitMode
    /// The mode after; absent when deleted.
    package let newMode: GitMode
    /// The blob before; zero when added.
    package let oldID: GitObjectID
    /// The blob after; zero when deleted.
    package let newID: GitObjectID

    /// What happened to a path.
    package enum Status: String, Sendable, Hashable {
        case added = "A"
        case deleted = "D"
        case modified = "M"
        case typeChanged = "T"
        case unmerged = "U"
    }
}

/// The line of an ignore file that decides about a path.
package struct GitIgnoreRule: Sendable, Hashable {
    /// The file, as Git names it: relative to the top, or absolute.
    package let source: String
    /// The line, from 1.
    package let line: Int
    /// The pattern.
    package let pattern: String

    /// Whether it is a reason not to ignore.
    package var isNegative: Bool { pattern.utf8.first == UInt8(ascii: "!") }
}

/// A repository's index, through the `git` program, which alone reads sparse and split ones.
package struct GitIndex: Sendable {
    /// How often a lock is looked at, every 50 ms.
    private static let lockAttempts = 20
    /// How many paths one command line names.
    private static let pathsAtOnce = 500

    private let program: GitProgram
    private let objectFormat: GitObjectFormat

    init(_ program: GitProgram, _ objectFormat: GitObjectFormat) {
        self.program = program
        self.objectFormat = objectFormat
    }

    /// Throws `locked` where another Git command holds the index for more than a second; what changes several files
    /// asks first.
    package func requireUnlocked() async throws(GitError) {
        let place: [GitArgument] = ["rev-parse", "--path-format=absolute", "--git-path", "index"]
        let lock = FilePath(try await program.run(place).line + ".lock")
        for _ in 0..<GitIndex.lockAttempts {
            guard (try? FileStatus.of(lock)) != nil else { return }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { throw GitError(.cancelled, command: "git add") }
        }
        throw GitError(.locked, command: "git add", message: "Unable to create '\(lock)': File exists.")
    }

    /// Stages the files as they are in the work tree, ignored ones too; a file that is gone is staged as deleted.
    package func stage(_ paths: [GitPath]) async throws(GitError) {
        guard !paths.isEmpty else { return }
        try await run(["--literal-pathspecs", "add", "--force", "--sparse"], on: paths)
    }

    /// Takes paths, directories with all they hold, out of the index; the work tree stays as it is.
    ///
    /// Paths that the index does not have are no error.
    package func untrack(_ paths: [GitPath]) async throws(GitError) {
        guard !paths.isEmpty else { return }
        let command: [GitArgument] = ["--literal-pathspecs", "rm", "--cached", "-r", "-f", "--quiet"]
        try await run(command + ["--ignore-unmatch", "--sparse"], on: paths)
    }

    private func run(_ arguments: [GitArgument], on paths: [GitPath]) async throws(GitError) {
        let list: [GitArgument] = ["--pathspec-from-file=-", "--pathspec-file-nul"]
        try await program.run(arguments + list, input: paths.terminated)
    }

    /// Returns the entries that any of the pathspecs matches, or all, sorted by path and stage.
    package func entries(_ pathspecs: [GitPathspec] = []) async throws(GitError) -> [GitIndexEntry] {
        let output = try await program.run(
            ["ls-files", "--stage", "-z", "--full-name", "--"] + pathspecs.map(\.argument)
        )
        var entries: [GitIndexEntry] = []
        for record in output.records { entries.append(try entry(record)) }
        return entries
    }

    /// Returns the entries that any of the pathspecs matches and that the work tree need not have.
    fileprivate func skippedEntries(_ pathspecs: [GitPathspec]) async throws(GitError) -> [GitIndexEntry] {
        let output = try await program.run(
            ["ls-files", "-t", "--stage", "-z", "--full-name", "--"] + pathspecs.map(\.argument)
        )
        var entries: [GitIndexEntry] = []
        // A letter for the state, a space, the entry (git-ls-files(1), -t).
        for record in output.records where record.first == UInt8(ascii: "S") {
            entries.append(try entry(record.dropFirst(2)))
        }
        return entries
    }

    private func entry(_ record: ArraySlice<UInt8>) throws(GitError) -> GitIndexEntry {
        // mode SP id SP stage TAB path
        guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else { throw oddOutput("ls-files") }
        let fields = record[..<tab].split(separator: UInt8(ascii: " "))
        guard fields.count == 3, let mode = GitMode(octal: fields[0]), let id = Self.id(fields[1]),
            let stage = Int(String(decoding: fields[2], as: UTF8.self))
        else { throw oddOutput("ls-files") }
        return GitIndexEntry(path: GitPath(bytes: record[(tab + 1)...]), mode: mode, id: id, stage: stage)
    }

    /// Returns those of the files that the index lacks, or has with other bytes or another mode than the work tree.
    package func unstaged(_ paths: [GitPath]) async throws(GitError) -> Set<GitPath> {
        var found: Set<GitPath> = []
        for start in stride(from: 0, to: paths.count, by: GitIndex.pathsAtOnce) {
            let group = paths[start..<min(start + GitIndex.pathsAtOnce, paths.count)]
            let command: [GitArgument] = ["ls-files", "-z", "--full-name", "--others", "--modified", "--"]
            let output = try await program.run(command + group.map { GitPathspec.path($0).argument })
            found.formUnion(output.records.map { GitPath(bytes: $0) })
        }
        return found
    }

    /// Whether the index has the path, or something inside it.
    package func isTracked(_ path: GitPath) async throws(GitError) -> Bool {
        try await !entries([.path(path)]).isEmpty
    }

    /// Returns what the index has differently from a commit, or from an empty tree when there is none.
    package func changes(
        since commit: GitObjectID?,
        _ pathspecs: [GitPathspec] = []
    ) async throws(GitError) -> [GitIndexChange] {
        let base = GitArgument(commit ?? objectFormat.emptyTree)
        let command: [GitArgument] = [
            "diff-index", "--cached", "--raw", "-z", "--no-renames", "--full-index", base, "--",
        ]
        let records = try await program.run(command + pathspecs.map(\.argument)).records
        guard records.count.isMultiple(of: 2) else { throw oddOutput("diff-index") }
        var changes: [GitIndexChange] = []
        for start in stride(from: 0, to: records.count, by: 2) {
            // :mode SP mode SP id SP id SP status
            let fields = records[start].dropFirst().split(separator: UInt8(ascii: " "))
            guard fields.count == 5, let oldMode = GitMode(octal: fields[0]), let newMode = GitMode(octal: fields[1]),
                let oldID = Self.id(fields[2]), let newID = Self.id(fields[3]),
                let status = GitIndexChange.Status(rawValue: String(decoding: fields[4].prefix(1), as: UTF8.self))
            else { throw oddOutput("diff-index") }
            changes.append(
                GitIndexChange(
                    path: GitPath(bytes: records[start + 1]),
                    status: status,
                    oldMode: oldMode,
                    newMode: newMode,
                    oldID: oldID,
                    newID: newID
                )
            )
        }
        return changes
    }

    /// Returns the rule that ignores each path, for those that one ignores, whether or not the index has the path.
    package func ignoringRules(for paths: [GitPath]) async throws(GitError) -> [GitPath: GitIgnoreRule] {
        try await rules(for: paths).filter { !$0.value.isNegative }
    }

    /// Returns the last rule about each path, for those that one is about, be it one not to ignore it.
    package func rules(for paths: [GitPath]) async throws(GitError) -> [GitPath: GitIgnoreRule] {
        guard !paths.isEmpty else { return [:] }
        let output = try await program.run(
            ["check-ignore", "--verbose", "-z", "--no-index", "--stdin"],
            // It takes a colon at the beginning for a pathspec's, and lets nobody tell it not to.
            input: paths.map { GitPath(bytes: Array("./".utf8) + $0.bytes) }.terminated,
            accepting: [0, 1]
        )
        let records = output.records
        guard records.count.isMultiple(of: 4) else { throw oddOutput("check-ignore") }
        var rules: [GitPath: GitIgnoreRule] = [:]
        for start in stride(from: 0, to: records.count, by: 4) {
            let text = records[start..<(start + 3)].map { String(decoding: $0, as: UTF8.self) }
            guard let line = Int(text[1]) else { continue }
            let path = GitPath(bytes: records[start + 3].dropFirst(2))
            rules[path] = GitIgnoreRule(source: text[0], line: line, pattern: text[2])
        }
        return rules
    }

    /// Returns the value of an attribute (such as `filter`, which is `lfs` for Git LFS) of each path that has one.
    ///
    /// An attribute that is set without a value is `set`; what is unset or unspecified is left out.
    package func attribute(_ name: String, of paths: [GitPath]) async throws(GitError) -> [GitPath: String] {
        guard !paths.isEmpty else { return [:] }
        let output = try await program.run(["check-attr", "-z", "--stdin", GitArgument(name)], input: paths.terminated)
        let records = output.records
        guard records.count.isMultiple(of: 3) else { throw oddOutput("check-attr") }
        var values: [GitPath: String] = [:]
        for start in stride(from: 0, to: records.count, by: 3) {
            let value = String(decoding: records[start + 2], as: UTF8.self)
            if value != "unspecified", value != "unset" { values[GitPath(bytes: records[start])] = value }
        }
        return values
    }

    private func oddOutput(_ command: String) -> GitError { GitError(.unexpectedOutput, command: "git \(command)") }

    private static func id(_ text: ArraySlice<UInt8>) -> GitObjectID? {
        GitObjectID(String(decoding: text, as: UTF8.self))
    }
}

extension GitRepository {
    /// The index of this worktree.
    package var index: GitIndex { GitIndex(program, layout.objectFormat) }

    /// Returns the entries that any of the pathspecs matches and that a sparse checkout leaves out of the work tree,
    /// sorted by path.
    ///
    /// A file of such a path that is there all the same is somebody's, and counts more than its entry.
    package func leftOut(_ pathspecs: [GitPathspec]) async throws(GitError) -> [GitIndexEntry] {
        // Written with the first patterns: other repositories need not ask the index.
        let patterns = layout.gitDirectory.appending("info").appending("sparse-checkout")
        guard !pathspecs.isEmpty, (try? FileStatus.of(patterns)) != nil else { return [] }
        return try await index.skippedEntries(pathspecs)
    }
}
