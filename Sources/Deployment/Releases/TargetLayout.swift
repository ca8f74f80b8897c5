package import SystemPackage

/// What is where in a target's directory.
///
/// ```
/// current                      a link to releases/<id>, replaced by renaming
/// releases/<id>/               the files of a release, never changed
/// .git-model/lock              held while a deployment is under way
/// .git-model/seals/<id>.json   what the release is; written last
/// .git-model/seals/<id>.tree   the listing of its files
/// .git-model/events/<id>.json  what happened and is not known to be in Git yet
/// .git-model/tmp/              releases that are being made
/// .git-model/canary.json       what gets a part of the traffic beside the current release
/// .git-model/gateway.*         a gateway's configuration, socket and log
/// ```
package struct TargetLayout: Sendable, Hashable {
    /// The directory of a target in which git-model keeps what is its own.
    package static let stateName = ".git-model"

    /// The target's directory.
    package let root: FilePath

    /// Creates the layout of a directory.
    package init(_ root: FilePath) { self.root = root }

    /// The link to the release that is current.
    package var current: FilePath { root.appending("current") }
    /// The releases.
    package var releases: FilePath { root.appending("releases") }
    /// What git-model keeps.
    package var state: FilePath { root.appending(TargetLayout.stateName) }
    /// The file whose lock a deployment holds.
    package var lock: FilePath { state.appending("lock") }
    /// The seals.
    package var seals: FilePath { state.appending("seals") }
    /// The events that are not known to be in Git.
    package var events: FilePath { state.appending("events") }
    /// Where releases are made.
    package var temporary: FilePath { state.appending("tmp") }
    /// The gateway's configuration.
    package var gatewayConfiguration: FilePath { state.appending("gateway.json") }
    /// The socket by which the gateway is told what to do.
    package var gatewaySocket: FilePath { state.appending("gateway.sock") }
    /// What the gateway and its children say; full files of it are beside it, as `BoundedLog` has them.
    package var gatewayLog: FilePath { state.appending("gateway.log") }

    /// The files of a release.
    package func files(of release: ReleaseID) -> FilePath { releases.appending(release.text) }
    /// A release's seal.
    package func seal(of release: ReleaseID) -> FilePath { seals.appending("\(release).json") }
    /// The listing of a release's files.
    package func listing(of release: ReleaseID) -> FilePath { seals.appending("\(release).tree") }
    /// What the link to a release says, from the target's directory.
    package func link(to release: ReleaseID) -> String { "releases/\(release)" }
}
