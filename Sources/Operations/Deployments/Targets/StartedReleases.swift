import Deployment
import ModelCore
import SystemIO
import SystemPackage

/// Which releases were started on a target, each once its command was agreed to, perhaps for one command only.
///
/// The clone's own directory has that, where no checkout writes: a line a release, with the digest of its files and the
/// entry of its command.
struct StartedReleases: Sendable {
    private static let byteLimit = 1 << 20
    /// How many are kept, the last ones.
    private static let limit = 100

    private let path: FilePath

    /// Nothing is read yet.
    init(on target: TargetName, in workspace: Workspace) {
        path = workspace.modelDirectory.appending("started").appending(target.text)
    }

    /// Whether a release with the same files and the same command was started.
    func contains(_ seal: ReleaseSeal) throws -> Bool { try lines().contains(StartedReleases.line(of: seal)) }

    /// Notes that a release was started.
    func note(_ seal: ReleaseSeal) throws {
        let line = StartedReleases.line(of: seal)
        let lines = try lines()
        guard lines.last != line else { return }
        let kept = lines.filter { $0 != line }.suffix(StartedReleases.limit - 1) + [line]
        try Directories.create(path.removingLastComponent())
        try DurableFile.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: path)
    }

    private func lines() throws -> [String] {
        guard try FileStatus.of(path) != nil else { return [] }
        let text = String(decoding: try DurableFile.read(path, limit: StartedReleases.byteLimit), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    private static func line(of seal: ReleaseSeal) -> String {
        "\(seal.digest) \(CommandAgreement.entry(for: seal.plan.serve))"
    }
}
