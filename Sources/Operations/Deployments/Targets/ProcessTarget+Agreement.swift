import Deployment

/// What a target inside the clone may have from it, and what nobody on this machine agreed to then.
extension ProcessTarget {
    /// Refuses to start a release that the clone may have brought, until the user agreed to its command.
    func requireAgreement(toStart seal: ReleaseSeal) throws {
        try workspace.requireAgreement(toRun: seal.plan.serve, of: seal, on: target)
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
