import SystemPackage

/// Objects and references through the `git` program, one process a question.
struct ProgramObjects: ObjectSource {
    let program: GitProgram

    func resolve(_ revision: String, to kind: GitObjectKind?) async throws(GitError) -> GitObjectID? {
        guard !revision.isEmpty, !revision.utf8.contains(0), revision.utf8.first != UInt8(ascii: "^") else {
            return nil
        }
        let peel = kind.map { "^{\($0.rawValue)}" } ?? ""
        let output = try await program.run(
            ["rev-parse", "--verify", "--end-of-options", "\(revision)\(peel)"],
            accepting: [0, 128]
        )
        guard output.exitCode == 0 else {
            if output.message.contains("is ambiguous") {
                throw GitError(.ambiguous(revision), command: "git rev-parse", exitCode: 128, message: output.message)
            }
            if output.message.contains("not a git repository") || output.message.contains("dubious ownership") {
                // Let the ordinary path name the reason.
                try await program.run(["rev-parse", "--git-dir"])
            }
            return nil
        }
        // A range prints two lines, which is no revision.
        return GitObjectID(output.line)
    }

    func objects(_ ids: [GitObjectID], limit: Int64) async throws(GitError) -> [GitObject] {
        guard !ids.isEmpty else { return [] }
        var batch = ObjectBatch(ids, limit: limit)
        let input = Array(ids.map { $0.hex + "\n" }.joined().utf8)
        try await program.stream(["cat-file", "--batch"], input: input) {
            (bytes) throws(GitError) in
            try batch.feed(bytes)
        }
        return try batch.finish()
    }

    func references(prefix: String) async throws(GitError) -> [GitReference] {
        let directory = prefix[...(prefix.lastIndex(of: "/") ?? prefix.startIndex)]
        return try await list("\(String(directory))").filter { $0.name.hasPrefix(prefix) }.sortedByName()
    }

    func reference(_ name: String) async throws(GitError) -> GitReference? {
        try await list(GitArgument(name)).first { $0.name == name }
    }

    /// Returns the references inside a directory, or of a name.
    private func list(_ pattern: GitArgument) async throws(GitError) -> [GitReference] {
        let format = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
        let output = try await program.run(["for-each-ref", "--format=\(format)", pattern])
        var found: [GitReference] = []
        for line in output.lines {
            let fields = line.split(separator: "\0", omittingEmptySubsequences: false)
            guard fields.count == 5, let id = GitObjectID(fields[1]) else {
                throw GitError(.unexpectedOutput, command: "git for-each-ref", message: line)
            }
            let name = String(fields[0])
            var peeled = fields[2] == "tag" ? GitObjectID(fields[3]) : id
            // Git 2.39 peels one level only.
            if fields[4] == "tag" { peeled = try await resolve("\(id)^{}", to: nil) }
            found.append(GitReference(name: name, objectID: id, peeledID: peeled ?? id))
        }
        return found
    }

    func entries(
        inTree tree: GitObjectID,
        matching filter: GitTreeFilter
    ) async throws(GitError) -> [GitTreeEntry] {
        var arguments: [GitArgument] = ["ls-tree", "-z", "--full-tree"]
        var wanted: Set<GitPath>?
        switch filter {
        case .top: arguments.append(GitArgument(tree))
        case .all, .suffix: arguments += ["-r", GitArgument(tree)]
        case .inside(let directory): arguments += ["-r", GitArgument(tree), "--", GitArgument(bytes: directory.bytes)]
        case .paths(let paths):
            let sound = paths.filter { !$0.bytes.isEmpty && $0.bytes.last != UInt8(ascii: "/") }
            guard !sound.isEmpty else { return [] }
            wanted = Set(sound)
            // A directory that is descended into is listed only with -t.
            arguments += ["-t", GitArgument(tree), "--"] + sound.map { GitArgument(bytes: $0.bytes) }
        }
        var found: [GitTreeEntry] = []
        var records = GitRecords(endedBy: 0)
        try await program.stream(arguments) { (bytes) throws(GitError) in
            try records.feed(bytes) { (record) throws(GitError) in
                let entry = try ProgramObjects.entry(record)
                switch filter {
                case .suffix(let suffix) where !entry.path.hasSuffix(suffix): break
                case .inside(let directory) where !entry.path.isInside(directory): break
                case .paths where wanted?.contains(entry.path) != true: break
                default: found.append(entry)
                }
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Reads `mode SP type SP id TAB path`.
    private static func entry(_ record: [UInt8]) throws(GitError) -> GitTreeEntry {
        guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else {
            throw GitError(.unexpectedOutput, command: "git ls-tree")
        }
        let fields = record[..<tab].split(separator: UInt8(ascii: " "))
        guard fields.count == 3, let mode = GitMode(octal: fields[0]),
            let id = GitObjectID(String(decoding: fields[2], as: UTF8.self))
        else { throw GitError(.unexpectedOutput, command: "git ls-tree") }
        return GitTreeEntry(path: GitPath(bytes: record[(tab + 1)...]), mode: mode, id: id)
    }

    func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) async throws(GitError) -> Bool {
        let arguments: [GitArgument] = ["merge-base", "--is-ancestor", GitArgument(ancestor), GitArgument(descendant)]
        return try await program.run(arguments, accepting: [0, 1]).exitCode == 0
    }

    func head() async throws(GitError) -> GitHead {
        let branch = try await program.run(["symbolic-ref", "--quiet", "HEAD"], accepting: [0, 1])
        let commit = try await resolve("HEAD", to: nil)
        if branch.exitCode == 0 { return .branch(branch.line, commit) }
        guard let commit else { throw GitError(.referenceNotFound("HEAD"), command: "git rev-parse HEAD") }
        return .detached(commit)
    }
}

/// Reads what `git cat-file --batch` prints, however it is divided.
private struct ObjectBatch {
    private let ids: [GitObjectID]
    private let limit: Int64
    private var objects: [GitObject] = []
    private var pending: [UInt8] = []
    private var current: (kind: GitObjectKind, byteCount: Int)?

    init(_ ids: [GitObjectID], limit: Int64) {
        self.ids = ids
        self.limit = limit
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(GitError) {
        pending.append(contentsOf: bytes)
        var start = 0
        while objects.count < ids.count {
            if let (kind, byteCount) = current {
                // The object's bytes and a line feed.
                guard pending.count - start > byteCount else { break }
                let end = start + byteCount
                objects.append(GitObject(id: ids[objects.count], kind: kind, bytes: Array(pending[start..<end])))
                start = end + 1
                current = nil
            } else {
                guard let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) else { break }
                current = try header(String(decoding: pending[start..<end], as: UTF8.self), ids[objects.count])
                start = end + 1
            }
        }
        pending.removeFirst(start)
    }

    private func header(_ line: String, _ id: GitObjectID) throws(GitError) -> (GitObjectKind, Int) {
        let fields = line.split(separator: " ")
        if fields.count == 2, fields[1] == "missing" {
            throw GitError(.objectNotFound(id), command: "git cat-file --batch")
        }
        guard fields.count == 3, fields[0] == id.hex, let kind = GitObjectKind(rawValue: String(fields[1])),
            let byteCount = Int(fields[2]), byteCount >= 0
        else { throw GitError(.unexpectedOutput, command: "git cat-file --batch", message: line) }
        guard byteCount <= limit else {
            let kind = GitError.Kind.objectTooLarge(id, byteCount: Int64(byteCount), limit: limit)
            throw GitError(kind, command: "git cat-file --batch")
        }
        return (kind, byteCount)
    }

    consuming func finish() throws(GitError) -> [GitObject] {
        guard objects.count == ids.count else { throw GitError(.unexpectedOutput, command: "git cat-file --batch") }
        return objects
    }
}
