import Registry

/// `git model remote remove`: forgets a remote; what it holds stays there.
package struct RemoveRemote: Sendable {
    /// What was removed.
    package struct Report: Operations.Report {
        /// The remote's name.
        package let name: String
        /// The URL that it had.
        package let url: String
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let name: String

    /// Creates the operation.
    package init(_ name: String) { self.name = name }

    /// Writes `.mver/config`.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let configured = try workspace.url(ofRemote: name)
        let url = workspace.configuration.tracked("remote", name, "url") ?? configured
        do { try await RemoteSettings(workspace.repository).remove(name) } catch RemoteSettingsError.unknown {
            throw Failure(
                .failed,
                "remote \(name) is not in \(Configuration.path), but in Git's own configuration",
                hints: ["remove it there: `git config --remove-section git-model.remote.\(name)`"]
            )
        }
        let share = "share the setting: `git commit -m \"Remove remote \(name)\" \(Configuration.path)`"
        let other = try await Workspace.open(in: context).warning(ofOtherURLOf: name)
        return Report(
            name: name,
            url: url,
            warnings: other.map { [$0.warning] } ?? [],
            hints: (other.map { [$0.hint] } ?? []) + [share]
        )
    }
}
