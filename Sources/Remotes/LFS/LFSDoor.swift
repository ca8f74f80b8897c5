import ModelCore
import SystemIO
import Transport

/// The way in to an LFS server for one operation: its URL, and what requests there carry.
struct LFSDoor: Sendable {
    /// The URL of the server, without a slash at its end.
    let url: String
    let fields: HTTPFields
    /// Whether the fields say who asks, so that no login is needed.
    let hasCredentials: Bool
    /// When it closes, in ns since 1970.
    let end: Int64?

    init(url: String, fields: HTTPFields = [:], end: Int64? = nil) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.fields = fields
        hasCredentials = fields["Authorization"] != nil
        self.end = end
    }
}

/// Opens the door of a server that is reached by SSH, with the command that hosts have for it (git-lfs, "Server
/// Discovery").
struct LFSDoorman: Sendable {
    /// What the shell says of a command that is not there.
    private static let notFound = 127

    let remote: String
    let settings: SSHSettings
    let programs: ShellPrograms
    let now: @Sendable () -> Int64

    /// Returns the way in; where the server has no such command, the way in at a URL.
    func door(
        of location: SSHLocation,
        for operation: LFSOperation,
        otherwise url: String
    ) async throws(RemoteError) -> LFSDoor {
        let command = "git-lfs-authenticate \(ShellWord.quoted(location.path)) \(operation.rawValue)"
        let answer: ProgramAnswer
        do {
            let words = settings.shellArguments(for: location, .command(command), isAgreed: true)
            answer = try await programs.run(
                words[2],
                arguments: Array(words.dropFirst(3)),
                environment: settings.environment
            )
        } catch { throw .unreachable(remote, cause: "\(location.login): \(error)") }
        guard answer.exitCode == 0 else {
            let complaint = answer.complaint.lowercased()
            if answer.exitCode == LFSDoorman.notFound || complaint.contains("not found")
                || complaint.contains("unknown")
            {
                return LFSDoor(url: url)
            }
            let reason = "git-lfs-authenticate by \(location.login): \(answer.failure)"
            if complaint.contains("permission denied") || complaint.contains("access") {
                throw .denied(remote, file: "LFS", reason: reason, tried: [])
            }
            throw .unreachable(remote, cause: reason)
        }
        guard let members = (try? JSONValue(parsing: answer.output))?.object else {
            throw .unreachable(remote, cause: "git-lfs-authenticate by \(location.login) answers no JSON")
        }
        let fields = (members["header"]?.object ?? [:]).compactMap { name, value in value.string.map { (name, $0) } }
        let href = members["href"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        return LFSDoor(url: href ?? url, fields: HTTPFields(fields), end: LFSAnswer.end(of: members, now: now()))
    }
}
