import Store

/// The files of a store as a remote lists them: all at once where it has no directories, else where somebody asks.
struct RemoteListing: Sendable {
    private let remote: any Remote
    private let files: [RemoteFile]?
    private let paths: Set<String>

    /// Lists everything, where one list is all that it takes.
    init(of remote: any Remote) async throws(RemoteError) {
        self.init(remote, remote.isFlat ? try await remote.list("") : nil)
    }

    /// The listing of a remote that has no store.
    init(ofNothingIn remote: any Remote) { self.init(remote, []) }

    private init(_ remote: any Remote, _ files: [RemoteFile]?) {
        self.remote = remote
        self.files = files
        paths = Set(files?.map(\.path) ?? [])
    }

    /// Returns the files in a directory of the store, as `Remote.list` does.
    func files(in directory: String) async throws(RemoteError) -> [RemoteFile] {
        guard let files else { return try await remote.list(directory) }
        let prefix = directory + "/"
        return files.compactMap { file in
            guard file.path.hasPrefix(prefix) else { return nil }
            let path = String(file.path.dropFirst(prefix.count))
            return RemoteFile(path: path, size: file.size, modified: file.modified)
        }
    }

    /// Returns whether a file is there.
    func has(_ file: String) async throws(RemoteError) -> Bool {
        if files != nil { return paths.contains(file) }
        return try await remote.size(of: file) != nil
    }
}
