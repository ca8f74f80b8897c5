import Git
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    private static let ignoreFile = ".mverignore"

    /// Returns which files of a directory artifact belong to it, as the `.mverignore` at the top of the repository
    /// says.
    ///
    /// Git itself reads the patterns, so that they mean what they mean in `.gitignore`. With `other`, they are those of
    /// another work tree.
    func includedFiles(
        of artifact: RepositoryPath,
        byRulesOf other: Workspace? = nil
    ) async throws -> @Sendable (RepositoryPath) -> Bool {
        let workspace = other ?? self
        let everything: @Sendable (RepositoryPath) -> Bool = { _ in true }
        guard try FileStatus.of(location(of: artifact))?.kind == .directory else { return everything }
        let rules = workspace.root.appending(Workspace.ignoreFile)
        if try FileStatus.of(rules) != nil { return try await includedFiles(of: artifact, byRulesIn: rules) }
        guard let bytes = try await workspace.ignoreFileOutsideSparseCheckout() else { return everything }
        let scratch = try TemporaryDirectory(in: context.temporaryDirectory)
        defer { extendLifetime(scratch) }
        let copy = scratch.path.appending("rules")
        try DurableFile.write(bytes, to: copy, permissions: 0o600, durable: false)
        return try await includedFiles(of: artifact, byRulesIn: copy)
    }

    private func includedFiles(
        of artifact: RepositoryPath,
        byRulesIn rules: FilePath
    ) async throws -> @Sendable (RepositoryPath) -> Bool {
        let output = try await repository.program.run([
            "ls-files", "-z", "--cached", "--others", "--ignored", "--exclude-from", .init(rules), "--",
            .init(artifact.text),
        ])
        let ignored = Set(output.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        return { !ignored.contains(artifact.appending($0).text) }
    }

    /// Returns the `.mverignore` of the index where a sparse checkout leaves it out, as Git does with `.gitignore`; one
    /// that somebody removed is not there for anybody.
    private func ignoreFileOutsideSparseCheckout() async throws -> [UInt8]? {
        // Written with the first patterns: other repositories need not ask the index for each artifact.
        let patterns = repository.layout.gitDirectory.appending("info").appending("sparse-checkout")
        guard try FileStatus.of(patterns) != nil else { return nil }
        let place = GitArgument(":(top,literal)" + Workspace.ignoreFile)
        let state = try await repository.program.run(["ls-files", "-z", "-t", "--cached", "--", place])
        // A letter for the state, a space, the path (git-ls-files(1), -t); S is what the patterns leave out.
        guard state.bytes.first == UInt8(ascii: "S") else { return nil }
        let entries = try await repository.index.entries([.path(GitPath(Workspace.ignoreFile))])
        guard let entry = entries.first(where: { $0.stage == 0 && $0.mode.isFile }) else { return nil }
        return try await repository.objects.blobs([entry.id], limit: 16 << 20)[entry.id]
    }
}
