/// `git model install` and `git model uninstall`: hooks and drivers of one clone.
package struct Install: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// The hooks that were installed or removed.
        package let hooks: [String]
        /// Whether they were removed.
        package let isRemoval: Bool
        package var warnings: [String] = []
    }

    private let isRemoval: Bool

    /// Creates the operation.
    package init(isRemoval: Bool = false) { self.isRemoval = isRemoval }

    /// Installs what is missing, or removes what was installed.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        if isRemoval { return Report(hooks: try await workspace.uninstall(), isRemoval: true) }
        let result = try await workspace.install(hooks: true)
        return Report(hooks: result.hooks, isRemoval: false, warnings: result.warnings)
    }
}
