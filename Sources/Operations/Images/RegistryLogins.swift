import FoundationEssentials
import ModelCore
import OCI
import SystemIO
import SystemPackage

/// How this user logs in to registries, as Docker's, Podman's and skopeo's own files say, and the credential helpers
/// that they name.
struct RegistryLogins: Sendable {
    private static let fileLimit = 4 << 20
    private static let helperMilliseconds = 30_000

    let environment: [String: String]

    /// Returns the login for a repository; `nil` where there is none.
    ///
    /// Blocks.
    func login(host: String, repository: String) throws -> RegistryLogin? {
        for file in files where try FileStatus.of(file, followingLinks: true) != nil {
            let settings: [String: JSONValue]
            do {
                settings =
                    try JSONValue(parsing: DurableFile.read(file, limit: RegistryLogins.fileLimit)).object ?? [:]
            } catch { throw Failure(.failed, "cannot read the logins in \(file)", cause: error) }
            if let login = try login(in: settings, RegistryLogins.keys(host: host, repository: repository), from: file)
            {
                return login
            }
        }
        return nil
    }

    /// The files, in the order in which they are asked.
    private var files: [FilePath] {
        func value(_ name: String) -> FilePath? { environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) } }
        if let only = value("REGISTRY_AUTH_FILE") { return [only] }
        let docker = value("DOCKER_CONFIG") ?? value("HOME")?.appending(".docker")
        let podman = value("XDG_RUNTIME_DIR")?.appending("containers").appending("auth.json")
        return [docker?.appending("config.json"), podman].compactMap(\.self)
    }

    /// What a login may be filed under, the most exact first.
    private static func keys(host: String, repository: String) -> [String] {
        var keys: [String] = []
        var parts = repository.split(separator: "/")
        while !parts.isEmpty {
            keys.append("\(host)/\(parts.joined(separator: "/"))")
            parts.removeLast()
        }
        keys += [host, "https://\(host)", "https://\(host)/", "https://\(host)/v1/", "https://\(host)/v2/"]
        if ["docker.io", "index.docker.io"].contains(host) { keys += ["docker.io", "https://index.docker.io/v1/"] }
        return keys
    }

    private func login(
        in settings: [String: JSONValue],
        _ keys: [String],
        from file: FilePath
    ) throws -> RegistryLogin? {
        let helpers = settings["credHelpers"]?.object ?? [:]
        for key in keys {
            if let name = helpers[key]?.string { return try ask(name, for: key) }
        }
        let logins = settings["auths"]?.object ?? [:]
        for key in keys {
            guard let entry = logins[key]?.object else { continue }
            if let token = entry["identitytoken"]?.string, !token.isEmpty { return .identityToken(token) }
            guard let text = entry["auth"]?.string, !text.isEmpty else { continue }
            let bytes = Data(base64Encoded: text).map { Array($0) } ?? []
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
                throw Failure(.failed, "the login for \(key) in \(file) is no name and password")
            }
            return .password(
                user: String(decoding: bytes[..<colon], as: UTF8.self),
                password: String(decoding: bytes[(colon + 1)...].filter { $0 != 0 }, as: UTF8.self)
            )
        }
        guard let store = settings["credsStore"]?.string else { return nil }
        for key in keys.reversed() where !key.contains("/") || key.hasPrefix("https://index.docker.io") {
            if let login = try ask(store, for: key) { return login }
        }
        return nil
    }

    /// Asks a credential helper, a program that the user's own file names; `nil` where it has nothing.
    private func ask(_ name: String, for key: String) throws -> RegistryLogin? {
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "0123456789-_.".utf8.contains(byte)
            }
        let program = "docker-credential-\(name)"
        guard isName, let path = ExecutableSearch(path: environment["PATH"]).path(of: program) else {
            throw Failure(
                .authentication,
                "the logins for \(key) are with \(QuotedPath.encode(program)), which is not there"
            )
        }
        let output = ProgramOutput.of(
            path,
            ["get"],
            environment: environment,
            input: Array("\(key)\n".utf8),
            within: RegistryLogins.helperMilliseconds
        )
        guard let output, let answer = try? JSONValue(parsing: output).object,
            let user = answer["Username"]?.string, let secret = answer["Secret"]?.string, !secret.isEmpty
        else { return nil }
        return user == "<token>" ? .identityToken(secret) : .password(user: user, password: secret)
    }
}
