import Registry

/// `git model remote add`: names a place for the bytes, for everybody who clones.
package struct AddRemote: Sendable {
    /// What was added.
    package struct Report: Operations.Report {
        /// The remote's name.
        package let name: String
        /// The URL as it was written: a relative path counts from the top of the repository.
        package let url: String
        /// Whether only this machine sees it.
        package let isThisMachineOnly: Bool
        /// Whether verbs use it where none is named.
        package let isDefault: Bool
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let name: String
    private let url: String
    private let isForced: Bool

    /// Creates the operation; with `isForced`, a remote of that name gets another URL.
    package init(_ name: String, url: String, isForced: Bool = false) {
        self.name = name
        self.url = url
        self.isForced = isForced
    }

    /// Writes `.mver/config`, and notes that the user agrees to the URL.
    package func run(in context: Context) async throws -> Report {
        let before = try await Workspace.open(in: context)
        let url = before.urlFromTop(url)
        try await before.addRemote(name, url: url, isForced: isForced)
        let workspace = try await Workspace.open(in: context)
        let chosen = workspace.configuration.defaultRemote
        var report = Report(
            name: name,
            url: url,
            isThisMachineOnly: try workspace.remote(name, url: url).isThisMachineOnly,
            isDefault: chosen == name
        )
        if let inner = try await workspace.warning(ofInnerRemote: name, url: url) {
            report.warnings.append(inner.warning)
            report.hints.append(inner.hint)
        }
        if let other = workspace.warning(ofOtherURLOf: name) {
            report.warnings.append(other.warning)
            report.hints.append(other.hint)
        }
        if let chosen, chosen != name {
            report.hints.append("\(chosen) stays the default; choose this one: `git model remote default \(name)`")
        } else if chosen == nil {
            report.hints.append("choose one for good: `git model remote default \(name)`")
        }
        report.hints.append("share the setting: `git commit -m \"Add remote \(name)\" \(Configuration.path)`")
        return report
    }
}
