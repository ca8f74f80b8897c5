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
        package var warnings: [String] = []
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
        var report = Report(
            name: name,
            url: url,
            isChanged: workspace.configuration.tracked("remote", nil, "default") != name
        )
        if report.isChanged { try await RemoteSettings(workspace.repository).setDefault(name) }
        let configuration = try await Workspace.open(in: context).configuration
        if let other = configuration.value("remote", nil, "default"), other != name,
            let way = configuration.wayToTakeBack("remote", nil, "default")
        {
            report.warnings = [
                "here the default stays \(other), for what this user configured counts before \(Configuration.path)"
            ]
            report.hints = ["go by that file: \(way)"]
        }
        if report.isChanged {
            let commit = "git commit -m \"Make \(name) the default remote\" \(Configuration.path)"
            report.hints.append("share the setting: `\(commit)`")
        }
        return report
    }
}
