package import SystemPackage

/// A place that holds the files of a store, by their paths in it.
///
/// Every operation may be called any number of times and from any task. A write is atomic: the file appears whole under
/// its name or not at all; names of immutable files are content hashes, so that writing one twice is harmless and
/// nothing is conditional.
package protocol Remote: Sendable {
    /// The URL in messages.
    var name: String { get }
    /// Whether only this machine sees the remote.
    var isThisMachineOnly: Bool { get }
    /// Whether nobody writes to the remote this way, whoever they are.
    var isReadOnly: Bool { get }
    /// Whether directories are only the beginnings of names, so that one list of everything takes one request, as that
    /// of a directory.
    var isFlat: Bool { get }
    /// Whether files may have the times that whoever wrote them says, which only writing one shows.
    var mayTakeWritersTimes: Bool { get }
    /// The directory where the files are, if they are files that can be locked.
    var lockableDirectory: FilePath? { get }

    /// Returns bytes of a file, all or those of a range that lies within it; a file that is not there is `notFound`.
    func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8]
    /// Returns the size of a file in bytes, or `nil` where it is not there.
    func size(of file: String) async throws(RemoteError) -> Int64?
    /// Returns the files in a directory, or all for an empty name, at any depth; a directory that is not there is
    /// empty. Remotes that cannot know them throw `unlisted`.
    func list(_ directory: String) async throws(RemoteError) -> [RemoteFile]
    /// Returns what `list` leaves out: files that somebody writes just now, or began to and never finished.
    func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile]
    /// Writes a file from bytes.
    func write(_ bytes: [UInt8], to file: String) async throws(RemoteError)
    /// Writes a file by which to tell the server's time: with a time long ago, where files get that which the writer
    /// says.
    func write(probe bytes: [UInt8], to file: String) async throws(RemoteError)
    /// Writes a file from one of this machine; `sent` is told of bytes as they go, again when they have to go again.
    func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (_ byteCount: Int) -> Void
    ) async throws(RemoteError)
    /// Deletes a file; one that is not there is no error.
    func delete(_ file: String) async throws(RemoteError)
    /// Shows everybody what was written and deleted since the last time, at once; whoever writes has to call this at
    /// the end.
    func publish() async throws(RemoteError)
    /// Asks whoever has the packs, where that is not who has the other files, whether they can be read or written;
    /// nothing is changed.
    func probePacks(for access: RemoteAccess) async throws(RemoteError)
    /// Says that packs will be read or uploaded before long, by their paths in the store.
    func announce(_ packs: [RemoteFile], for access: RemoteAccess) async
}

extension Remote {
    /// It depends on who asks.
    package var isReadOnly: Bool { false }
    /// There are directories.
    package var isFlat: Bool { false }
    /// The server says when a file was written.
    package var mayTakeWritersTimes: Bool { false }
    /// None.
    package var lockableDirectory: FilePath? { nil }
    /// What is not whole is nowhere, or is for the service to remove.
    package func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile] { [] }
    /// The server says when a file was written.
    package func write(probe bytes: [UInt8], to file: String) async throws(RemoteError) {
        try await write(bytes, to: file)
    }
    /// Everything is seen as soon as it is written.
    package func publish() async throws(RemoteError) {}
    /// Packs are where everything is.
    package func probePacks(for access: RemoteAccess) async throws(RemoteError) {}
    /// It makes no difference.
    package func announce(_ packs: [RemoteFile], for access: RemoteAccess) async {}
}

/// What somebody wants of a file in a remote.
package enum RemoteAccess: Sendable {
    case reading, writing
}

/// A file that a remote listed.
package struct RemoteFile: Hashable, Sendable {
    /// The file's path in the directory that was listed.
    package let path: String
    /// The file's size in bytes.
    package let size: Int64
    /// When the file was written, by the server's clock, in ns since 1970; `nil` where the server does not say.
    package let modified: Int64?

    /// Creates an entry of a list.
    package init(path: String, size: Int64, modified: Int64? = nil) {
        self.path = path
        self.size = size
        self.modified = modified
    }

    /// The last component of the path.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
