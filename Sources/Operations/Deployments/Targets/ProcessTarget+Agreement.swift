import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage

/// What tracked files, or a target that came with the clone, would have a gateway do that nobody on this machine agreed
/// to.
extension ProcessTarget {
    private static let configurationLimit = 1 << 20

    /// The gateway as it may be started: where nobody agreed to what the keys say now, or that cannot be, it goes on
    /// with what it was told before, and a remark says so.
    func gateway() throws -> GatewayProcess {
        GatewayProcess(configuration: try agreedConfiguration(), layout: layout, context: context)
    }

    private func agreedConfiguration() throws -> GatewayConfiguration {
        let missing = try workspace.missingAgreement(to: workspace.target(named: target.name.text))
        if missing == nil, case .success(let configuration) = configuration { return configuration }
        guard let kept = try keptConfiguration() else {
            if let missing { throw missing.failure }
            return try configuration.get()
        }
        switch configuration {
        case .failure(let problem): said.add("the gateway of \(target.name) does as before: \(problem)")
        case .success(kept): break
        case .success:
            guard let missing else { break }
            said.add(
                "the gateway of \(target.name) does as before, for nobody on this machine agreed to \(missing.subject); "
                    + "agree to it: `\(Trust.line(missing.entry))`"
            )
        }
        return kept
    }

    /// What the last gateway was started with; `nil` where nothing that can be read says it.
    private func keptConfiguration() throws -> GatewayConfiguration? {
        let path = layout.gatewayConfiguration
        guard try FileStatus.of(path)?.kind == .regular else { return nil }
        let bytes = try DurableFile.read(path, limit: ProcessTarget.configurationLimit)
        guard var kept = try? JSONDecoder().decode(GatewayConfiguration.self, from: Data(bytes)),
            kept.schema == GatewayConfiguration.schema
        else { return nil }
        // Where it is, and what is served first, is not for the file to say.
        (kept.root, kept.release) = (layout.root.string, nil)
        return kept
    }

    /// Refuses to start a release that the clone may have brought, until the user agreed to its command.
    func requireAgreement(toStart seal: ReleaseSeal) throws {
        try workspace.requireAgreement(toRun: seal.plan.serve, of: seal, on: target)
    }

    /// Refuses to let a release be current likewise, unless it was so before with the same command, and its files, read
    /// again, are the same: the way back from a version that does not work asks for no agreement anew.
    func requireAgreement(toActivate seal: ReleaseSeal) async throws {
        do { try requireAgreement(toStart: seal) } catch {
            guard (try? StartedReleases(on: target.name, in: workspace).contains(seal)) == true,
                try await differences(of: seal).isEmpty
            else { throw error }
        }
    }

    /// Notes that a release was started whose command was agreed to; where that cannot be written, the way back asks.
    func noteStart(of seal: ReleaseSeal) {
        guard (try? workspace.mayHaveBrought(target)) == true else { return }
        try? StartedReleases(on: target.name, in: workspace).note(seal)
    }

    /// Refuses to start a release likewise; of one without a seal nobody knows the command.
    func requireAgreement(toStart release: ReleaseID) async throws {
        if let seal = try await seals().first(where: { $0.release == release }) {
            return try requireAgreement(toStart: seal)
        }
        guard try workspace.mayHaveBrought(target) else { return }
        throw Failure(
            .failed,
            "\(release) has no seal on \(target.name)",
            hints: ["deploy it: `git model deploy VERSION \(target.name)`"]
        )
    }
}
