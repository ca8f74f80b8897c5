import Remotes

/// A remote that this user may read and not write to.
struct ReadOnlyRemote: RemoteDecorator {
    let inner: any Remote

    init(_ inner: any Remote) { self.inner = inner }

    func before(_ call: RemoteCall) async throws(RemoteError) {
        if call.isChange { throw .readOnly(name, file: call.file) }
    }
}
