import Git
import ModelCore
import Remotes
import SystemIO
import SystemPackage
import Transport

extension Workspace {
    /// Where a Git directory keeps the random id of its repository.
    private static let identifierName = "git-model-id"
    /// Where the name of `origin` is kept that was seen last, below the directory of git-model.
    private static let originName = "origin-id"
    /// The length of an id, in bytes.
    private static let identifierByteCount = 16
    /// The most bytes that a name in a file may have, for a path is no longer.
    private static let noteByteLimit = 8192

    /// Returns what the roots of this repository call it in a remote, where others read it: the URL of `origin`,
    /// without a login, where it means the same on every machine.
    ///
    /// What is a path may be another repository on another machine or in another container, whose roots this one must
    /// not take for its own. A random id is behind it, which lies in the Git directory that the path leads to, so that
    /// all clones of that have one name.
    func rootIdentity() async throws -> String {
        let origin = try await originURL()
        if Workspace.isTheSameEverywhere(origin) { return GitURL.withoutLogin(origin) }
        let own = try Workspace.identifier(in: repository.layout.commonDirectory)
        guard !origin.isEmpty else { return "\(repositoryPlace)#\(own)" }
        return try await sharedIdentity(of: origin) ?? "\(GitURL.withoutLogin(origin))#\(own)"
    }

    /// Returns every name that roots of this repository may have: that of now, and those that it has while it has no
    /// `origin`, or one whose directory was never seen.
    ///
    /// The id in each of them is this Git directory's, or that of `origin`: no other repository has such a name.
    func rootIdentities() async throws -> Set<String> {
        var names: Set<String> = [try await rootIdentity()]
        let own = repository.layout.commonDirectory.appending(Workspace.identifierName)
        guard let id = try Workspace.readIdentifier(own) else { return names }
        names.insert("\(repositoryPlace)#\(id)")
        let origin = try await originURL()
        if !origin.isEmpty { names.insert("\(GitURL.withoutLogin(origin))#\(id)") }
        return names
    }

    private func originURL() async throws -> String {
        try await repository.program.configuration().value("remote.origin.url") ?? ""
    }

    /// The directory of the repository, as roots name it: where `.git` is, else the Git directory.
    var repositoryPlace: FilePath {
        let common = repository.layout.commonDirectory
        return common.lastComponent == ".git" ? common.removingLastComponent() : common
    }

    /// Returns the name that all clones of a directory on this machine share; `nil` where it was never seen.
    ///
    /// One that is not there at the moment, perhaps because its disk is not mounted, keeps the name that it had.
    private func sharedIdentity(of origin: String) async throws -> String? {
        let path = FilePath(origin.hasPrefix("file://") ? String(origin.dropFirst(7)) : origin)
        let note = modelDirectory.appending(Workspace.originName)
        let known = (try? DurableFile.read(note, limit: Workspace.noteByteLimit))
            .map { String(decoding: $0, as: UTF8.self) }
        // All work trees are one repository, whose name is the same from each of them.
        guard let base = path.isAbsolute || repository.isMain ? root : try await repository.mainPlace() else {
            return known.flatMap(Workspace.name)
        }
        let place = base.pushing(path).lexicallyNormalized()
        guard let directory = try? Workspace.gitDirectory(at: place),
            // Where somebody else's directory cannot be written to, the clones have names of their own.
            let shared = try? Workspace.identifier(in: directory)
        else {
            guard let name = known.flatMap(Workspace.name),
                name.dropLast(Workspace.identifierByteCount * 2 + 1) == place.string
            else { return nil }
            return name
        }
        let name = "\(place)#\(shared)"
        if known != name + "\n" {
            try Directories.create(modelDirectory)
            try DurableFile.write(Array((name + "\n").utf8), to: note)
        }
        return name
    }

    /// Returns the name in a note of one: a path, `#` and an id; `nil` where it is something else.
    private static func name(notedAs text: String) -> String? {
        guard let mark = text.lastIndex(of: "#"), text.hasPrefix("/"), text.hasSuffix("\n"),
            isIdentifier(text[text.index(after: mark)...].dropLast())
        else { return nil }
        return String(text.dropLast())
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
        guard text.hasSuffix("\n"), isIdentifier(text.dropLast()) else {
            throw Failure(
                .failed,
                "\(path) is no id of a repository",
                hints: ["delete it: what was pushed so far counts as another repository's then"]
            )
        }
        return String(text.dropLast())
    }

    private static func isIdentifier(_ text: some StringProtocol) -> Bool {
        text.utf8.count == identifierByteCount * 2 && text.allSatisfy("0123456789abcdef".contains)
    }
}
