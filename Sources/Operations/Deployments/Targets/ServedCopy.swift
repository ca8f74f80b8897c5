import Deployment
import ModelCore
import SystemIO
import SystemPackage

/// A version's files in `.git/model/serve`, for as long as they are served.
///
/// What an earlier one left that was killed goes when the next begins.
final class ServedCopy: Sendable {
    /// What is where.
    let layout: TargetLayout
    private let lockPath: FilePath
    private let lock: FileLock

    /// Takes the place of a release; throws `locked` where it is served already.
    init(of release: Release, in modelDirectory: FilePath) throws {
        let parent = modelDirectory.appending("serve")
        try Directories.create(parent, durable: false)
        try ServedCopy.sweep(parent)
        layout = TargetLayout(parent.appending(release.id.text))
        lockPath = ServedCopy.lockPath(of: layout.root)
        do { lock = try FileLock(lockPath, mode: .exclusive, wait: nil) } catch LockError.held {
            throw Failure(
                .locked,
                "\(release.tag) is served already from this clone",
                hints: ["stop the other `git model serve`, or deploy it: docs/serving.md"]
            )
        }
    }

    /// Puts the files there, each checked, and what says how they are served.
    func fill(_ release: Release, from source: ReleaseFiles, in context: Context) async throws {
        let host = LocalReleaseHost(layout.root, environment: context.environment, cancellation: context.cancellation)
        let held = try await host.lock(noting: "git model serve")
        do {
            try await host.receive(release) { try await source.write(into: $0) }
            try await host.seal(ReleaseSeal(release, smoke: SmokeOutcome(.unchecked)), release.files)
        } catch {
            await held.release()
            throw error
        }
        await held.release()
    }

    /// Takes all of it away.
    func remove() throws {
        try ReleaseTree.remove(layout.root)
        try DurableFile.remove(lockPath)
    }

    private static func lockPath(of directory: FilePath) -> FilePath {
        directory.removingLastComponent().appending((directory.lastComponent?.string ?? "") + ".lock")
    }

    private static func sweep(_ parent: FilePath) throws {
        for entry in try DirectoryEntry.all(in: parent) where entry.kind == .directory {
            let directory = parent.appending(entry.name)
            let path = lockPath(of: directory)
            guard let lock = try? FileLock(path, mode: .exclusive, wait: nil) else { continue }
            // What cannot be removed keeps nobody from serving another version.
            do {
                try ReleaseTree.remove(directory)
                try DurableFile.remove(path)
            } catch { continue }
            _ = consume lock
        }
    }
}
