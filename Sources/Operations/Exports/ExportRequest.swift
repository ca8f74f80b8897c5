/// What every export of a version's files is asked: which version, which of its files, and where to.
package struct ExportRequest: Sendable {
    let version: String
    let destination: String
    let paths: [String]
    let isForced: Bool

    /// Creates the request; patterns limit which files go, and what is at the destination is replaced where that is
    /// forced.
    package init(_ version: String, to destination: String, paths: [String] = [], isForced: Bool = false) {
        self.version = version
        self.destination = destination
        self.paths = paths
        self.isForced = isForced
    }

    /// Returns the place, which may take an export, and the version, verified.
    func begin(in workspace: Workspace) async throws -> (place: ExportDestination, exported: ExportedRelease) {
        let place = try ExportDestination(destination, isForced: isForced, in: workspace)
        return (place, try await exported(in: workspace))
    }

    /// Returns the version, verified.
    func exported(in workspace: Workspace) async throws -> ExportedRelease {
        try await ExportedRelease(version, paths: paths, in: workspace)
    }
}
