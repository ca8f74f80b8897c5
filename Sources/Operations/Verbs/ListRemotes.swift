import Registry

/// `git model remote list`: the places for bytes that are configured.
package struct ListRemotes: Sendable {
    /// The remotes.
    package struct Report: Operations.Report {
        /// One remote.
        package struct Remote: Encodable, Sendable {
            /// The name.
            package let name: String
            /// The URL as it was configured.
            package let url: String
            /// Whether verbs use it where none is named.
            package let isDefault: Bool
            /// Whether only this machine sees it; left out where this version cannot use the URL.
            package let isThisMachineOnly: Bool?
            /// Whether the user of this machine agreed to write to it.
            package let isAgreed: Bool
            /// Where the URL comes from: `system`, `global`, `tracked`, `local` or `environment`.
            package let level: String
        }

        /// The remotes, in the order of their first mention.
        package var remotes: [Remote] = []
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// Creates the operation.
    package init() {}

    /// Reads the configuration; contacts nobody.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let chosen = workspace.configuration.defaultRemote
        var report = Report()
        for named in workspace.configuration.remotes {
            var isThisMachineOnly: Bool?
            do { isThisMachineOnly = try workspace.remote(named.name, url: named.url).isThisMachineOnly } catch {
                report.warnings.append("\(error)")
            }
            report.remotes.append(
                Report.Remote(
                    name: named.name,
                    url: named.url,
                    isDefault: named.name == chosen,
                    isThisMachineOnly: isThisMachineOnly,
                    isAgreed: try workspace.agrees(to: named.url),
                    level: named.level.rawValue
                )
            )
        }
        if report.remotes.isEmpty { report.hints = ["add one: `git model remote add store URL`"] }
        if let strange = report.remotes.first(where: { !$0.isAgreed }) {
            report.hints = ["agree to write to it: `\(Trust.line(workspace.agreedURL(strange.url)))`"]
        }
        return report
    }
}
