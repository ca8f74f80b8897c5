import ModelCore
import Codec
import Registry
import Remotes
import Store

/// `git model remote`: the remotes that the tracked configuration names.
package struct RemoteVerbs: Sendable {
    /// One remote.
    package struct Remote: Encodable, Sendable {
        /// Its name.
        package let name: String
        /// Its URL as it was configured.
        package let url: String
        /// Whether it is meant where none is named.
        package let isDefault: Bool
        /// Whether only this machine sees it.
        package let isThisMachineOnly: Bool
    }

    /// The remotes, after what was done.
    package struct Report: Operations.Report {
        /// The remotes in the order of their first mention.
        package let remotes: [Remote]
        /// What was done, as a line; `nil` where the remotes were only listed.
        package var done: String?
        package var hints: [String] = []
    }

    /// What to do.
    package enum Action: Sendable {
        /// Names the remotes.
        case list
        /// Adds one, or replaces one of the name.
        case add(name: String, url: String, isForced: Bool)
        /// Takes one out.
        case remove(String)
        /// Makes one the default.
        case makeDefault(String)
        /// Writes, reads and deletes a file in one, to see that it works.
        case check(String?)
    }

    private let action: Action

    /// Creates the operation.
    package init(_ action: Action) { self.action = action }

    /// Does it, and returns the remotes as they are then.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        var done: String?
        var hints: [String] = []
        switch action {
        case .list: break
        case .add(let name, let url, let isForced):
            try await workspace.addRemote(name, url: url, isForced: isForced)
            let place = try workspace.remote(name, url: url).isThisMachineOnly ? " (this machine only)" : ""
            done = "Added remote \(name) → \(url)\(place)"
            hints = ["share the setting: `git commit -m \"Add remote \(name)\" .mver/config`"]
        case .remove(let name):
            try await RemoteSettings(workspace.repository).remove(name)
            done = "Removed remote \(name); what it holds is untouched"
            hints = ["share the setting: `git commit -m \"Remove remote \(name)\" .mver/config`"]
        case .makeDefault(let name):
            try await RemoteSettings(workspace.repository).setDefault(name)
            done = "Made \(name) the default remote"
        case .check(let name): done = try await check(try workspace.remote(named: name), in: workspace)
        }
        let fresh = try await Workspace.open(in: context)
        return Report(remotes: try fresh.remoteRows(), done: done, hints: hints)
    }

    /// Proves with a probe that the remote keeps what it is given, byte for byte.
    private func check(_ remote: ConfiguredRemote, in workspace: Workspace) async throws -> String {
        try workspace.requireAgreement(to: remote)
        try await remote.store.requireWritable()
        let probe = (0..<64).map { _ in UInt8.random(in: 0...255) }
        let file = "probe/" + SHA256.digest(of: probe).hex
        try await remote.store.remote.write(probe, to: file)
        let isRight = try await remote.store.remote.read(file, range: nil) == probe
        let isListed = try await remote.store.remote.list("probe").contains { file.hasSuffix($0.name) }
        try await remote.store.remote.delete(file)
        guard isRight, isListed else {
            throw Failure(.verification, "remote \(remote.name) did not give back what was written to it")
        }
        return "Remote \(remote.name) works: a probe was written, listed, read back right and deleted"
    }
}

extension Workspace {
    fileprivate func remoteRows() throws -> [RemoteVerbs.Remote] {
        try configuration.remoteNames.map { name in
            let remote = try remote(named: name)
            return RemoteVerbs.Remote(
                name: name,
                url: remote.url,
                isDefault: configuration.defaultRemote == name,
                isThisMachineOnly: remote.isThisMachineOnly
            )
        }
    }
}
