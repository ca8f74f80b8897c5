import Git
import ModelCore
import Remotes
import SystemIO
import SystemPackage
import Transport

extension Workspace {
    /// Where a Git directory keeps the random id of its repository.
    private static let identifierName = "git-model-id"
    /// The length of an id, in bytes.
    private static let identifierByteCount = 16

    /// Returns what the roots of this repository call it in a remote, where others read it: the URL of `origin`,
    /// without a login, where it means the same on every machine.
    ///
    /// What is a path may be another repository on another machine or in another container, whose roots this one must
    /// not take for its own. A random id is behind it, which lies in the Git directory that the path leads to, so that
    /// all clones of that have one name.
    func rootIdentity() async throws -> String {
        let origin = try await repository.program.configuration().value("remote.origin.url") ?? ""
        if Workspace.isTheSameEverywhere(origin) { return Workspace.withoutLogin(origin) }
        let common = repository.layout.commonDirectory
        let own = try Workspace.identifier(in: common)
        guard !origin.isEmpty else {
            return "\(common.lastComponent == ".git" ? common.removingLastComponent() : common)#\(own)"
        }
        let place = root.pushing(FilePath(origin.hasPrefix("file://") ? String(origin.dropFirst(7)) : origin))
            .lexicallyNormalized()
        if let directory = try? Workspace.gitDirectory(at: place),
            // Where somebody else's directory cannot be written to, the clones have names of their own.
            let shared = try? Workspace.identifier(in: directory)
        {
            return "\(place)#\(shared)"
        }
        return "\(Workspace.withoutLogin(origin))#\(own)"
    }

    /// A URL as others may read it: without a user's name and password.
    static func withoutLogin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        guard let end = rest.prefix(while: { $0 != "/" }).lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound] + rest[rest.index(after: end)...])
    }

    private static func isTheSameEverywhere(_ url: String) -> Bool {
        guard let host = (try? GitAddress(parsing: url))?.host, !host.isEmpty else { return false }
        return !TransportSettings.isLoopback(host)
    }

    /// Returns the Git directory that a path leads to, in the order in which Git looks; `nil` where there is none.
    private static func gitDirectory(at place: FilePath) throws -> FilePath? {
        let suffixes = ["/.git", "", ".git/.git", ".git"]
        return try suffixes.lazy.map { FilePath(place.string + $0) }.first { directory in
            try FileStatus.of(directory.appending("HEAD"), followingLinks: true)?.kind == .regular
                && FileStatus.of(directory.appending("objects"), followingLinks: true)?.kind == .directory
        }
    }

    /// Returns the id of the repository with that Git directory, which is made up where there is none yet.
    private static func identifier(in directory: FilePath) throws -> String {
        let path = directory.appending(identifierName)
        if let known = try readIdentifier(path) { return known }
        // Of several commands that want one, the first makes it: what they lock is the empty file that it replaces.
        let lock = try FileLock(path, mode: .exclusive, wait: .seconds(60))
        defer { extendLifetime(lock) }
        if let known = try readIdentifier(path) { return known }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<identifierByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = Hexadecimal.string(bytes)
        try DurableFile.write(Array((text + "\n").utf8), to: path)
        return text
    }

    /// Returns the id in a file; `nil` where there is none, or none in it yet.
    private static func readIdentifier(_ path: FilePath) throws -> String? {
        guard let status = try FileStatus.of(path, followingLinks: true), status.size > 0 else { return nil }
        let length = identifierByteCount * 2
        let text = String(decoding: try DurableFile.read(path, limit: length + 1), as: UTF8.self)
        guard text.count == length + 1, text.hasSuffix("\n"), text.dropLast().allSatisfy("0123456789abcdef".contains)
        else {
            throw Failure(
                .failed,
                "\(path) is no id of a repository",
                hints: ["delete it: what was pushed so far counts as another repository's then"]
            )
        }
        return String(text.dropLast())
    }
}
