package import SystemPackage

extension TargetLayout {
    /// The file whose lock a gateway holds for as long as it runs.
    package var gatewayLock: FilePath { state.appending("gateway.lock") }

    /// What says that a release gets a part of the traffic; not there where the current one gets all.
    package var canary: FilePath { state.appending("canary.json") }

    /// Whether the socket's path is short enough for one: what a system takes, and NIO, which takes four bytes less.
    package var canHaveSocket: Bool { gatewaySocket.string.utf8.count <= 103 }

    /// What stands for the seal of a release that a gateway is to try, which has none yet.
    package func provisionalSeal(of release: ReleaseID) -> FilePath { temporary.appending("\(release).json") }
}
