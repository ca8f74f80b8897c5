import Registry

/// `git model remote default`: tells or chooses the remote that is meant where none is named.
package struct DefaultRemote: Sendable {
    /// The default remote.
    package struct Report: Operations.Report {
        /// The remote's name.
        package let name: String
        /// Its URL.
        package let url: String
        /// Whether it was chosen just now.
        package let isChanged: Bool
        package var hints: [String] = []
    }

    private let name: String?

    /// Creates the operation; without a name it only tells.
    package init(_ name: String? = nil) { self.name = name }

    /// Reads the configuration, and writes `.mver/config` where a name is given.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        guard let name else {
            let remote = try workspace.remote(named: nil)
            return Report(name: remote.name, url: remote.url, isChanged: false)
        }
        let url = try workspace.url(ofRemote: name)
        if workspace.configuration.value("remote", nil, "default") == name {
            return Report(name: name, url: url, isChanged: false)
        }
        try await RemoteSettings(workspace.repository).setDefault(name)
        let share = "share the setting: `git commit -m \"Make \(name) the default remote\" \(Configuration.path)`"
        return Report(name: name, url: url, isChanged: true, hints: [share])
    }
}
