import ModelCore
import SystemIO
import SystemPackage

extension SSHReleaseHost {
    private static let byteLimit = 64 << 20

    package func launch(of seal: ReleaseSeal) -> any ServeLaunch { launch(of: seal.release, seal.identity) }

    private func launch(of release: ReleaseID, _ identity: ServeIdentity) -> SSHServeLaunch {
        SSHServeLaunch(
            client,
            in: layout.files(of: release),
            identity: identity.variables,
            cancellation: cancellation
        )
    }

    package func tryOut(_ release: Release, asBatch: Bool, timeout: Int) async throws -> SmokeOutcome {
        // What is compared is compared here.
        let directory = try TemporaryDirectory(in: staging)
        for path in [release.plan.sample, release.plan.expectation?.path] {
            if let path { try await bring(path, of: release, to: directory.path) }
        }
        let test = SmokeTest(
            plan: release.plan,
            directory: directory.path,
            timeout: timeout,
            environment: [:],
            cancellation: cancellation
        )
        let outcome = await test.run(launch(of: release.id, release.identity), asBatch: asBatch)
        // What ended with its connection says nothing of the version.
        if outcome.result == .failed { try await session.require("see what became of \(release.id)", ":") }
        return outcome
    }

    /// Copies a file of a release to a directory of this machine; one that is not in the release is left out.
    private func bring(_ path: String, of release: Release, to directory: FilePath) async throws {
        guard let path = try? RepositoryPath(path), let entry = release.files.entry(at: path), entry.mode != .link,
            entry.size <= SSHReleaseHost.byteLimit
        else { return }
        let source = RemoteScript.word(layout.files(of: release.id).appending(path.text))
        let answer = try await session.require("read \(path) of release \(release.id)", "cat \(source)")
        let place = try SafeRelativePath.resolve(root: directory, components: path.components)
        try Directories.create(place.removingLastComponent(), durable: false)
        try DurableFile.write(answer.output, to: place, durable: false)
    }
}
