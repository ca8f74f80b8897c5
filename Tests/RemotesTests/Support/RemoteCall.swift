/// One operation on a remote, as a decorator sees it.
struct RemoteCall: Hashable, Sendable, CustomStringConvertible {
    enum Kind: String, Sendable { case read, size, list, write, upload, delete }

    let kind: Kind
    let file: String
    var range: Range<Int>?

    /// Whether the call changes the remote.
    var isChange: Bool { kind == .write || kind == .upload || kind == .delete }

    /// The first component of the path: which kind of file the call is about.
    var area: String { file.split(separator: "/").first.map(String.init) ?? file }

    var description: String { "\(kind.rawValue) \(file)" }
}
