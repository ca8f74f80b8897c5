/// A request as it goes over the wire: SFTP version 3 (draft-ietf-secsh-filexfer-02).
///
/// A length of four bytes, the type, the number of the request, then its fields; numbers have the highest byte first.
struct SFTPPacket: Sendable {
    /// The types of requests that are sent (section 3).
    enum Kind: UInt8 {
        case hello = 1
        case open = 3
        case close = 4
        case read = 5
        case write = 6
        case linkStatus = 7
        case handleStatus = 8
        case openDirectory = 11
        case readDirectory = 12
        case remove = 13
        case makeDirectory = 14
        case status = 17
        case rename = 18
        case extended = 200
    }

    /// How a file is opened (section 6.3).
    enum OpenMode: UInt32 {
        case reading = 0x01
        /// For writing, and it must not exist yet.
        case creating = 0x2a
    }

    /// Where the number of the request stands.
    private static let numberOffset = 5

    private var bytes: [UInt8]
    /// Whether the server answers only when its disk has done its part.
    private(set) var waitsForDisk = false

    private init(_ kind: Kind) {
        bytes = [0, 0, 0, 0, kind.rawValue, 0, 0, 0, 0]
    }

    /// What begins the conversation, whose number is the version.
    static let hello = SFTPPacket(.hello)

    static func open(_ path: String, _ mode: OpenMode) -> SFTPPacket {
        SFTPPacket(.open).adding(path).adding(mode.rawValue).adding(UInt32(0))
    }

    static func close(_ handle: SFTPHandle) -> SFTPPacket { SFTPPacket(.close).adding(handle.bytes[...]) }

    static func read(_ handle: SFTPHandle, at offset: Int, count: Int) -> SFTPPacket {
        SFTPPacket(.read).adding(handle.bytes[...]).adding(UInt64(offset)).adding(UInt32(count))
    }

    static func write(_ data: ArraySlice<UInt8>, to handle: SFTPHandle, at offset: Int) -> SFTPPacket {
        var packet = SFTPPacket(.write)
        packet.bytes.reserveCapacity(data.count + handle.bytes.count + 32)
        return packet.adding(handle.bytes[...]).adding(UInt64(offset)).adding(data)
    }

    /// Asks about what a path leads to, or about the link itself.
    static func status(_ path: String, followingLinks: Bool) -> SFTPPacket {
        SFTPPacket(followingLinks ? .status : .linkStatus).adding(path)
    }

    static func status(_ handle: SFTPHandle) -> SFTPPacket { SFTPPacket(.handleStatus).adding(handle.bytes[...]) }

    static func openDirectory(_ path: String) -> SFTPPacket { SFTPPacket(.openDirectory).adding(path) }

    static func readDirectory(_ handle: SFTPHandle) -> SFTPPacket {
        SFTPPacket(.readDirectory).adding(handle.bytes[...])
    }

    static func remove(_ path: String) -> SFTPPacket { SFTPPacket(.remove).adding(path) }

    static func makeDirectory(_ path: String) -> SFTPPacket {
        SFTPPacket(.makeDirectory).adding(path).adding(UInt32(0))
    }

    /// Renames a file, over one that is there only with the extension.
    static func rename(_ source: String, to target: String, _ name: SFTPExtension? = nil) -> SFTPPacket {
        (name.map(SFTPPacket.extended) ?? SFTPPacket(.rename)).adding(source).adding(target)
    }

    static func synchronize(_ handle: SFTPHandle) -> SFTPPacket {
        var packet = extended(.fsync).adding(handle.bytes[...])
        packet.waitsForDisk = true
        return packet
    }

    static func space(_ path: String) -> SFTPPacket { extended(.statvfs).adding(path) }

    static let limits = extended(.limits)

    private static func extended(_ name: SFTPExtension) -> SFTPPacket { SFTPPacket(.extended).adding(name.rawValue) }

    /// Returns the bytes of the packet with its number, or with the version in its place.
    func encoded(number: UInt32) -> [UInt8] {
        var bytes = bytes
        for position in 0..<4 {
            let shift = UInt32(24 - 8 * position)
            bytes[position] = UInt8(truncatingIfNeeded: UInt32(bytes.count - 4) >> shift)
            bytes[SFTPPacket.numberOffset + position] = UInt8(truncatingIfNeeded: number >> shift)
        }
        return bytes
    }

    private consuming func adding(_ value: some FixedWidthInteger) -> SFTPPacket {
        var packet = self
        withUnsafeBytes(of: value.bigEndian) { packet.bytes.append(contentsOf: $0) }
        return packet
    }

    private consuming func adding(_ text: String) -> SFTPPacket { adding(Array(text.utf8)[...]) }

    private consuming func adding(_ data: ArraySlice<UInt8>) -> SFTPPacket {
        var packet = adding(UInt32(data.count))
        packet.bytes.append(contentsOf: data)
        return packet
    }
}

/// What a server calls an open file or directory.
struct SFTPHandle: Hashable, Sendable {
    let bytes: [UInt8]
}

/// OpenSSH's extensions that are used where a server has them (its PROTOCOL file, section 4).
enum SFTPExtension: String, Sendable {
    case posixRename = "posix-rename@openssh.com"
    case fsync = "fsync@openssh.com"
    case statvfs = "statvfs@openssh.com"
    case limits = "limits@openssh.com"
}
