import Remotes

/// A remote in which every pack is buried before anybody looks at the tombs.
struct PlaguedRemote: RemoteDecorator {
    let site: Site
    var inner: any Remote { site.remote }

    init(_ site: Site) { self.site = site }

    func before(_ call: RemoteCall) {
        guard call.kind == .list, call.file == "tomb" else { return }
        for pack in site.packs() { site.bury(pack) }
    }
}
