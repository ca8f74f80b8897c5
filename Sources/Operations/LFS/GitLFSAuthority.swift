import Git
import Remotes
import SystemIO
import SystemPackage

/// What Git's configuration says of the LFS server that goes with a Git remote, found as git-lfs finds it.
struct GitLFSAuthority: LFSAuthority {
    /// The tracked file with settings of Git LFS, of which only URLs count.
    private static let sharedFile = ".lfsconfig"
    private static let byteLimit = 1 << 20

    /// The remote's name in messages.
    let remote: String
    let repository: GitRepository
    /// The name of a Git remote, or a URL, as Git takes it.
    let gitRemote: String
    /// Whether the user's logins may be sent.
    let mayLogIn: Bool
    /// Whether the user of this machine agreed to a URL.
    let agrees: @Sendable (_ url: String) throws -> Bool
    private var program: GitProgram { repository.program }

    /// A server, and who says that it is the right one.
    private struct Finding {
        let url: String
        /// Whether a tracked file alone names it, and a user has to agree.
        let isStrange: Bool
    }

    func endpoint(for operation: LFSOperation) async throws(RemoteError) -> LFSEndpoint {
        if operation == .upload { try await requireOneRepository() }
        let found = try await find(operation)
        if found.isStrange, operation == .upload {
            let reason = "nobody on this machine agreed to it, and only \(GitLFSAuthority.sharedFile) names it"
            let way = "to agree: `\(Trust.line(found.url))`"
            throw .denied(remote, file: "LFS server \(found.url)", reason: "\(reason); \(way)", tried: [])
        }
        let address = try GitAddress(parsing: found.url)
        switch address {
        case .web(let url):
            return .web(url, fields: mayLogIn && !found.isStrange ? await configuredFields(url) : [:])
        case .ssh(let location):
            guard mayLogIn, !found.isStrange else {
                throw .denied(remote, file: "LFS", reason: "nobody on this machine agreed to \(found.url)", tried: [])
            }
            return .ssh(location, otherwise: address.server ?? "")
        case .directory:
            throw .unusableURL(
                remote,
                reason: "a Git repository in a directory has no LFS server; use a directory for the store, too: "
                    + "`git model remote add NAME /a/directory`"
            )
        }
    }

    /// Refuses to write where nobody would read: where Git pushes to another repository than it fetches from.
    func requireOneRepository() async throws(RemoteError) {
        let read: String
        let written: String
        do { (read, written) = (try await gitURL(.download), try await gitURL(.upload)) } catch {
            throw .unreachable(remote, cause: "its Git repository cannot be found: \(error)")
        }
        guard read != written, try !GitAddress.mayBeSame(read, written) else { return }
        throw .unusableURL(
            remote,
            reason: "Git fetches \(gitRemote) from \(RemoteURL.shown(read)) and pushes it to "
                + "\(RemoteURL.shown(written)); name the one that is to have the store: "
                + "`git model remote add --force NAME lfs:URL`"
        )
    }

    func loginURL(for place: String) async -> String? {
        guard mayLogIn else { return nil }
        do {
            let origin = try GitAddress(parsing: place).origin
            // As git-lfs: one login for Git and its LFS server, where they are at the same place.
            var candidates = [try await gitURL(.upload)]
            for operation in [LFSOperation.upload, .download] {
                let found = try await find(operation)
                candidates.append(found.url)
                if found.isStrange, try GitAddress(parsing: found.url).origin == origin { return nil }
            }
            // A URL that is configured may name the user.
            return try candidates.first { try GitAddress(parsing: $0).origin == origin } ?? place
        } catch { return nil }
    }

    func proxy(for origin: String) async -> String? { await configured("http.proxy", for: origin) }

    /// Finds the server: `lfs.url`, the Git remote's `lfsurl`, or beside the repository, each with one for pushes
    /// before it.
    private func find(_ operation: LFSOperation) async throws(RemoteError) -> Finding {
        do {
            let own = try await program.configuration()
            let shared = try await sharedConfiguration()
            let git = try await gitURL(operation)
            let keys = [
                "lfs.pushurl", "lfs.url", "remote.\(gitRemote).lfspushurl", "remote.\(gitRemote).lfsurl",
            ].filter { operation == .upload || !$0.hasSuffix("pushurl") }
            for key in keys {
                if let url = own.value(key) { return Finding(url: url, isStrange: false) }
                guard let url = shared.value(key) else { continue }
                let (place, known) = (try GitAddress(parsing: url), try GitAddress(parsing: git))
                let isKnown = place.host == known.host && (place.isSecret || !known.isSecret)
                return Finding(url: url, isStrange: try !isKnown && !agrees(url))
            }
            let address = try GitAddress(parsing: git)
            guard case .web = address, let server = address.server else { return Finding(url: git, isStrange: false) }
            return Finding(url: server, isStrange: false)
        } catch let error as RemoteError { throw error } catch {
            throw .unreachable(remote, cause: "its LFS server cannot be found: \(error)")
        }
    }

    /// Returns the URL that Git contacts.
    private func gitURL(_ operation: LFSOperation) async throws -> String {
        if try await program.configuration().value("remote.\(gitRemote).url") == nil {
            return try await program.run(["ls-remote", "--get-url", GitArgument(gitRemote)]).line
        }
        let option: [GitArgument] = operation == .upload ? ["--push"] : []
        return try await program.run(["remote", "get-url"] + option + [GitArgument(gitRemote)]).line
    }

    private func sharedConfiguration() async throws -> GitConfiguration {
        var bytes: [UInt8]?
        if let root = repository.layout.workTree {
            let path = root.appending(GitLFSAuthority.sharedFile)
            if try FileStatus.of(path)?.kind == .regular {
                bytes = try DurableFile.read(path, limit: GitLFSAuthority.byteLimit)
            }
        }
        if bytes == nil, let head = try await repository.objects.resolve("HEAD") {
            let path = GitPath(GitLFSAuthority.sharedFile)
            let limit = Int64(GitLFSAuthority.byteLimit)
            bytes = try await repository.objects.file(at: path, in: head, limit: limit)
        }
        guard let bytes else { return GitConfiguration() }
        return try await program.configuration(parsing: bytes)
    }

    /// Returns the fields that Git is configured to send to a URL, as on machines that build.
    private func configuredFields(_ url: String) async -> [String: String] {
        guard let line = await configured("http.extraheader", for: url), let end = line.firstIndex(of: ":") else {
            return [:]
        }
        let value = line[line.index(after: end)...].drop { $0 == " " }
        return [String(line[..<end]): String(value)]
    }

    /// Returns what Git's configuration has for a URL, or for all; `nil` where it has nothing.
    private func configured(_ key: String, for url: String) async -> String? {
        let question: [GitArgument] = ["config", "--get-urlmatch", GitArgument(key), GitArgument(url)]
        guard let answer = try? await program.run(question, accepting: [0, 1]), answer.exitCode == 0 else { return nil }
        return answer.line
    }
}
