import Remotes

/// A remote that does not say which files it has, as a web server does not.
struct UnlistedRemote: RemoteDecorator {
    let inner: any Remote

    init(_ inner: any Remote) { self.inner = inner }

    func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        throw .unlisted(name, directory: directory)
    }
}
