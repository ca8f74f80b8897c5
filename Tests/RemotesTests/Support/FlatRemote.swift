import Remotes

/// A remote that is listed as one without directories is.
struct FlatRemote: RemoteDecorator {
    let inner: any Remote
    let isFlat = true

    init(_ inner: any Remote) { self.inner = inner }
}
