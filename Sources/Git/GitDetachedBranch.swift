import ModelCore

/// A branch of a Git remote that is read and written without a work tree, an index or a branch of this repository.
///
/// Where it stands is kept in a reference of its own, so that a fetch transfers only what is new.
package struct GitDetachedBranch: Sendable {
    /// A file of the branch.
    package struct File: Sendable, Hashable {
        /// The blob with its bytes.
        package let blob: GitObjectID
        /// Its size in bytes.
        package let size: Int64
    }

    /// What a push came to.
    package enum PushOutcome: Sendable, Hashable {
        /// The branch stands at the commit.
        case pushed
        /// Somebody else pushed meanwhile.
        case outpaced
        /// The remote refuses, in its own words.
        case rejected(String)
    }

    private let repository: GitRepository
    private let program: GitProgram
    /// The name of a Git remote, or its URL.
    private let remote: GitArgument
    /// The full name of the branch there.
    private let branch: String
    /// The full name of the reference that remembers it here.
    private let reference: String
    /// What stands before each command that contacts the remote.
    private let settings: [GitArgument]

    /// Creates a view of `branch` in `remote`, the name of a Git remote or its URL; nothing is contacted.
    ///
    /// `settings` are variables that hold for commands that contact the remote. Throws `invalidName`.
    package init(
        _ branch: String,
        of remote: String,
        rememberedAs reference: String,
        in repository: GitRepository,
        environment: [String: String?] = [:],
        settings: [String] = []
    ) throws(GitError) {
        for name in [branch, reference] where !GitReferenceName.isValid(name) {
            throw GitError(.invalidName(name), command: "git fetch")
        }
        self.repository = repository
        program = repository.program.with(environment: environment)
        self.remote = try repository.remoteArgument(remote)
        self.branch = branch
        self.reference = reference
        self.settings = settings.flatMap { ["-c", GitArgument($0)] }
    }

    /// Fetches the branch and returns its commit; `nil` where the remote has no such branch.
    package func fetch() async throws(GitError) -> GitObjectID? {
        let quietly: [GitArgument] = [
            "fetch", "--quiet", "--no-tags", "--refmap=", "--no-write-fetch-head", "--no-auto-maintenance",
            "--no-recurse-submodules", "--no-filter",
        ]
        do {
            try await program.run(settings + quietly + ["--", remote, GitArgument("+\(branch):\(reference)")])
        } catch {
            guard error.message.contains("couldn't find remote ref") else { throw error }
            try await remember(nil)
            return nil
        }
        return try await repository.objects.reference(reference)?.objectID
    }

    /// Returns the files of a commit by their paths, at any depth; what is no file, and paths that are no UTF-8, are
    /// left out.
    package func files(of commit: GitObjectID) async throws(GitError) -> [String: File] {
        let output = try await program.run(["ls-tree", "-r", "-z", "--long", "--full-tree", GitArgument(commit)])
        var files: [String: File] = [:]
        for record in output.records {
            // mode SP type SP id SP padded-size TAB path (git-ls-tree(1)).
            guard let tab = record.firstIndex(of: UInt8(ascii: "\t")) else {
                throw GitError(.unexpectedOutput, command: "git ls-tree")
            }
            let fields = String(decoding: record[..<tab], as: UTF8.self).split(separator: " ")
            guard let path = String(validating: record[(tab + 1)...], as: UTF8.self), fields.count == 4,
                fields[0].hasPrefix("100"), let blob = GitObjectID(fields[2]), let size = Int64(fields[3])
            else { continue }
            files[path] = File(blob: blob, size: size)
        }
        return files
    }

    /// Returns the bytes of blobs, each at most `limit`.
    package func bytes(of blobs: [GitObjectID], limit: Int64) async throws(GitError) -> [GitObjectID: [UInt8]] {
        try await repository.objects.blobs(blobs, limit: limit)
    }

    /// Commits changes on top of a commit, or as the first one: new bytes of files, or `nil` for those that go.
    ///
    /// The commit is in no reference yet.
    package func commit(
        _ changes: [String: [UInt8]?],
        onto parent: GitObjectID?,
        message: String
    ) async throws(GitError) -> GitObjectID {
        let temporary =
            "refs/git-model/unpublished/\(Hexadecimal.string((0..<16).map { _ in UInt8.random(in: 0...255) }))"
        var stream: [UInt8] = []
        func line(_ text: String) { stream += Array(text.utf8) + [UInt8(ascii: "\n")] }
        func data(_ bytes: [UInt8]) {
            line("data \(bytes.count)")
            stream += bytes + [UInt8(ascii: "\n")]
        }
        line("commit \(temporary)")
        line("mark :1")
        line("committer \(try await committer())")
        data(Array(message.utf8))
        if let parent { line("from \(parent)") }
        for (path, bytes) in changes.sorted(by: { $0.key < $1.key }) {
            if let bytes {
                line("M 100644 inline \(GitDetachedBranch.quoted(path))")
                data(bytes)
            } else {
                line("D \(GitDetachedBranch.quoted(path))")
            }
        }
        line("get-mark :1")
        line("done")
        let output = try await program.run(["fast-import", "--quiet", "--done"], input: stream)
        try await program.run(["update-ref", "-d", GitArgument(temporary)])
        guard let commit = GitObjectID(output.line) else {
            throw GitError(.unexpectedOutput, command: "git fast-import", message: output.line)
        }
        return commit
    }

    /// Pushes a commit that is on top of what the branch was, and remembers it.
    ///
    /// Hooks are not run: what goes is a store's, and none of the user's own references.
    package func push(_ commit: GitObjectID) async throws(GitError) -> PushOutcome {
        let quietly: [GitArgument] = [
            "push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
        ]
        let refspec = GitArgument("\(commit):\(branch)")
        let output = try await program.run(settings + quietly + ["--", remote, refspec], accepting: [0, 1])
        if output.exitCode == 0 {
            try await remember(commit)
            return .pushed
        }
        // `!` TAB from:to TAB summary (git-push(1)).
        guard let line = output.lines.first(where: { $0.hasPrefix("!") }),
            let reason = line.split(separator: "\t").last.map(String.init)
        else {
            throw GitError(.failed, command: program.summary(["push"]), exitCode: 1, message: output.message)
        }
        let isRace =
            reason.hasPrefix("[rejected]")
            || ["cannot lock ref", "failed to update ref", "reference already exists", "incorrect old value", "stale"]
                .contains { reason.contains($0) }
        if isRace { return .outpaced }
        let said = output.message.split(separator: "\n").filter { $0.hasPrefix("remote: ") }
            .map { $0.dropFirst("remote: ".count).trimmingSpaces }
        return .rejected(([reason] + said).joined(separator: "; "))
    }

    private func remember(_ commit: GitObjectID?) async throws(GitError) {
        // Should another command have moved it on, a fetch brings it in line.
        let arguments: [GitArgument] =
            if let commit { [GitArgument(reference), GitArgument(commit)] } else { ["-d", GitArgument(reference)] }
        try await program.run(["update-ref"] + arguments)
    }

    /// Who commits: the user as Git knows them, or nobody in particular where it does not, as on a machine that builds.
    private func committer() async throws(GitError) -> String {
        let question: [GitArgument] = ["var", "GIT_COMMITTER_IDENT"]
        let answer = try await program.run(question, accepting: [0, 128])
        if answer.exitCode == 0 { return answer.line }
        return try await program.run(["-c", "user.name=git-model", "-c", "user.email=git-model@localhost"] + question)
            .line
    }

    /// Returns a path as `git fast-import` reads it back, whatever bytes it has.
    private static func quoted(_ path: String) -> String {
        let body = path.utf8.map { byte -> String in
            let isPlain = (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            if isPlain { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        return "\"" + body.joined() + "\""
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
