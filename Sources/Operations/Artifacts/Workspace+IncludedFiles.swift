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
        // As Git does with `.gitignore`; one that somebody removed is not there for anybody.
        let place = GitPath(Workspace.ignoreFile)
        guard let bytes = try await workspace.leftOutFiles([.path(place)], limit: 16 << 20)[place] else {
            return everything
        }
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
            .init(":(top,literal)" + artifact.text),
        ])
        let ignored = Set(output.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        return { !ignored.contains(artifact.appending($0).text) }
    }
}
