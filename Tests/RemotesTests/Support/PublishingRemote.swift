import Remotes

/// A remote that shows everybody each change at once.
struct PublishingRemote: RemoteDecorator {
    let inner: any Remote

    init(_ inner: any Remote) { self.inner = inner }

    func after(_ call: RemoteCall) async throws(RemoteError) {
        if call.isChange { try await inner.publish() }
    }
}
