/// `git model install` and `git model uninstall`: hooks and drivers in a repository that is set up.
package struct Install: Sendable {
    /// What was changed.
    package struct Report: Operations.Report {
        /// The hooks that were written, or removed.
        package let hooks: [String]
        /// Whether the drivers were registered, or removed.
        package let drivers: Bool
        /// The Git remotes from which `git fetch` brings the references of runs from now on, or no longer.
        package let remotes: [String]
        package let warnings: [String]

        /// Whether there was nothing to do.
        package var isUnchanged: Bool { hooks.isEmpty && !drivers && remotes.isEmpty }

        private enum CodingKeys: String, CodingKey { case hooks, drivers, remotes }

        init(_ result: Workspace.InstallResult) {
            hooks = result.hooks
            drivers = result.drivers
            remotes = result.remotes
            warnings = result.warnings + (result.hooksOff.map { [$0] } ?? [])
        }
    }

    /// Which way to go.
    package enum Direction: Sendable {
        /// Write drivers, and hooks if asked for.
        case install(hooks: Bool)
        /// Take away both.
        case uninstall
    }

    private let direction: Direction

    /// Creates the operation.
    package init(_ direction: Direction) { self.direction = direction }

    /// Installs or uninstalls.
    package func run(in context: Context) async throws -> Report {
        switch direction {
        case .install(let hooks): Report(try await Workspace.open(in: context).install(hooks: hooks))
        case .uninstall: Report(try await Workspace.discover(in: context).uninstall())
        }
    }
}
