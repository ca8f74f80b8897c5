package import Git
import ModelCore
import SystemIO
import SystemPackage

/// Adds, removes and chooses remotes in a file of configuration.
package struct RemoteSettings: Sendable {
    /// The file that is written.
    package enum Place: Sendable, Hashable {
        /// `.mver/config`, for everybody.
        case shared
        /// The repository's own configuration, for this clone.
        case local
    }

    private let repository: GitRepository
    private let place: Place

    /// Creates an editor of one file.
    package init(_ repository: GitRepository, in place: Place = .shared) {
        self.repository = repository
        self.place = place
    }

    /// Adds a remote, or gives one of this file another URL where `existing` says so.
    ///
    /// Throws `RemoteSettingsError`, `GitError`, `IOError`. Nobody has agreed to the URL by this alone.
    package func add(_ name: String, url: String, existing: GitReplacement = .refuse) async throws {
        try RemoteSettings.check(name)
        try RemoteSettings.check(url: url, place)
        let key = try key(name, "url")
        if existing == .refuse, let url = try await current(key) { throw RemoteSettingsError.exists(name, url: url) }
        try await repository.program.setConfiguration(key, to: url, in: try await target())
    }

    /// Removes a remote, and that it is the default where this file says so.
    package func remove(_ name: String) async throws {
        try RemoteSettings.check(name)
        guard try await current(key(name, "url")) != nil else { throw RemoteSettingsError.unknown(name) }
        let target = try await target()
        switch place {
        case .shared: try await repository.program.removeConfigurationSection("remote.\(name)", in: target)
        case .local: try await repository.program.removeConfigurationSection("git-model.remote.\(name)", in: target)
        }
        if try await current(key(nil, "default")) == name { try await setDefault(nil) }
    }

    /// Makes a remote the default; `nil` takes the choice back.
    package func setDefault(_ name: String?) async throws {
        let key = try key(nil, "default")
        guard let name else {
            try await repository.program.unsetConfiguration(key, in: try await target())
            return
        }
        try RemoteSettings.check(name)
        try await repository.program.setConfiguration(key, to: name, in: try await target())
    }

    private func key(_ name: String?, _ variable: String) throws(GitError) -> GitConfigurationKey {
        let key = ["remote", name, variable].compactMap { $0 }.joined(separator: ".")
        switch place {
        case .shared: return try GitConfigurationKey(key)
        case .local: return try GitConfigurationKey("git-model." + key)
        }
    }

    /// What this file has for a key.
    private func current(_ key: GitConfigurationKey) async throws -> String? {
        let configuration: GitConfiguration
        switch place {
        case .local:
            let all = try await repository.program.configuration()
            configuration = GitConfiguration(entries: all.entries.filter { $0.scope == .local })
        case .shared:
            let path = try await sharedFile()
            guard try FileStatus.of(path) != nil else { return nil }
            configuration = try await repository.program.configuration(file: path)
        }
        return configuration.value(key.text)
    }

    private func target() async throws -> GitConfigurationTarget {
        guard place == .shared else { return .local }
        let path = try await sharedFile()
        try Directories.create(path.removingLastComponent())
        return .file(path)
    }

    /// `.mver/config`, which no link may lead elsewhere, for Git would write there.
    ///
    /// One that a sparse checkout left out is brought in, or the remotes in it would be lost.
    private func sharedFile() async throws -> FilePath {
        guard let root = repository.layout.workTree else { throw RemoteSettingsError.noWorkTree }
        let path = try SafeRelativePath.resolve(root: root, components: [".mver", "config"])
        let status = try FileStatus.of(path)
        guard status == nil || status?.kind == .regular else { throw ConfigurationError.notAFile }
        if status == nil, let bytes = try await SharedFiles.of(repository).configuration {
            try Directories.create(path.removingLastComponent())
            try DurableFile.write(bytes, to: path)
        }
        return path
    }

    private static func check(_ name: String) throws(RemoteSettingsError) {
        let bytes = name.utf8
        let isSound =
            bytes.first.map { isAlphanumeric($0) } == true
            && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) } && bytes.count <= 100
        if !isSound { throw .invalidName(name) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func check(url: String, _ place: Place) throws(RemoteSettingsError) {
        let isUsable = url.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && !url.isEmpty && !url.hasPrefix("-")
        guard isUsable, url.first != " ", url.last != " " else { throw .invalidURL(url) }
        if place == .shared, let secret = password(in: url) {
            throw .password(url: url.replacing(":" + secret + "@", with: ":…@"))
        }
    }

    /// Returns what stands between the user's name and the host of a URL.
    private static func password(in url: String) -> Substring? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let end = authority.lastIndex(of: "@"), let start = authority[..<end].firstIndex(of: ":") else {
            return nil
        }
        return authority[authority.index(after: start)..<end]
    }
}

/// Why a remote cannot be set as asked.
package enum RemoteSettingsError: Error, Sendable, Equatable {
    /// The name has other characters than letters, digits, `-`, `_` and `.`, or does not begin with a letter or digit.
    case invalidName(String)
    /// The URL is empty, begins with `-`, or has control characters or blanks around it.
    case invalidURL(String)
    /// The URL has a password, which everybody who clones would read; here without it.
    case password(url: String)
    /// This file has a remote of that name.
    case exists(String, url: String)
    /// This file has no remote of that name.
    case unknown(String)
    /// A bare repository has no `.mver/config` to write.
    case noWorkTree
}

extension RemoteSettingsError: CustomStringConvertible {
    /// One clause that names the remote and the problem.
    package var description: String {
        switch self {
        case .invalidName(let name):
            "\(QuotedPath.encode(name)) is no remote name: use letters, digits, \"-\", \"_\" and \".\""
        case .invalidURL(let url): "\(QuotedPath.encode(url)) is no remote URL"
        case .password(let url): "\(url) has a password, which does not belong into a file that Git tracks"
        case .exists(let name, let url): "remote \(name) is \(url) already"
        case .unknown(let name): "there is no remote \(name) in this file"
        case .noWorkTree: "a bare repository has no \(Configuration.path) to write"
        }
    }
}
