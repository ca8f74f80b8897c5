/// What a server answers to a request (draft-ietf-secsh-filexfer-02, section 7).
enum SFTPAnswer: Sendable {
    case version(UInt32, extensions: Set<String>)
    case status(SFTPStatus)
    case handle(SFTPHandle)
    case data(ArraySlice<UInt8>)
    case names([SFTPName])
    case attributes(SFTPAttributes)
    /// The fields of an answer that an extension defines.
    case extended(SFTPFields)

    /// Parses a packet without its length, and returns the number of the request that it answers; the greeting has
    /// none.
    static func parse(_ packet: [UInt8]) throws(SFTPMalformed) -> (number: UInt32?, answer: SFTPAnswer) {
        var fields = SFTPFields(packet[...])
        let kind = try fields.byte()
        let number = try fields.number()
        switch kind {
        case 2: return (nil, .version(number, extensions: try extensions(&fields)))
        case 101: return (number, .status(try SFTPStatus(&fields)))
        case 102: return (number, .handle(SFTPHandle(bytes: Array(try fields.data()))))
        case 103: return (number, .data(try fields.data()))
        case 104: return (number, .names(try names(&fields)))
        case 105: return (number, .attributes(try SFTPAttributes(&fields)))
        case 201: return (number, .extended(fields))
        default: throw SFTPMalformed()
        }
    }

    private static func extensions(_ fields: inout SFTPFields) throws(SFTPMalformed) -> Set<String> {
        var names: Set<String> = []
        while !fields.isEmpty {
            names.insert(String(decoding: try fields.data(), as: UTF8.self))
            _ = try fields.data()
        }
        return names
    }

    private static func names(_ fields: inout SFTPFields) throws(SFTPMalformed) -> [SFTPName] {
        var names: [SFTPName] = []
        for _ in 0..<(try fields.number()) {
            let name = try fields.data()
            _ = try fields.data()
            let attributes = try SFTPAttributes(&fields)
            // What is no UTF-8 is none of a store's names.
            guard let text = String(validating: name, as: UTF8.self) else { continue }
            names.append(SFTPName(text: text, attributes: attributes))
        }
        return names
    }
}

/// A server said something that SFTP does not know.
struct SFTPMalformed: Error {}

/// What a server says of the outcome of a request.
struct SFTPStatus: Error, Hashable, Sendable {
    /// The codes of section 7; there are others.
    struct Code: RawRepresentable, Hashable, Sendable {
        let rawValue: UInt32

        static let ok = Code(rawValue: 0)
        static let end = Code(rawValue: 1)
        static let noSuchFile = Code(rawValue: 2)
        static let permissionDenied = Code(rawValue: 3)
        static let failure = Code(rawValue: 4)
    }

    let code: Code
    /// The server's words.
    let message: String

    init(_ fields: inout SFTPFields) throws(SFTPMalformed) {
        code = Code(rawValue: try fields.number())
        // Some old servers leave the words out.
        message = fields.isEmpty ? "" : String(decoding: try fields.data(), as: UTF8.self)
    }
}

/// An entry of a directory.
struct SFTPName: Sendable {
    let text: String
    let attributes: SFTPAttributes
}

/// What a server says of a file (section 5).
struct SFTPAttributes: Sendable {
    /// What is at a path.
    enum Kind {
        case regular, directory, other
    }

    /// The size in bytes, where the server says it.
    let size: UInt64?
    /// What it is, where the server says it.
    let kind: Kind?
    /// When it was written, in s since 1970, where the server says it.
    let modified: UInt32?

    init(_ fields: inout SFTPFields) throws(SFTPMalformed) {
        let flags = try fields.number()
        size = try flags & 1 == 0 ? nil : fields.longNumber()
        if flags & 2 != 0 { _ = try fields.longNumber() }
        // The bits of POSIX's st_mode.
        let mode = try flags & 4 == 0 ? nil : fields.number() & 0o170000
        kind = mode.map { $0 == 0o100000 ? .regular : $0 == 0o040000 ? .directory : .other }
        // With the time of the last access before it.
        modified = try flags & 8 == 0 ? nil : UInt32(truncatingIfNeeded: fields.longNumber())
        guard flags & 0x8000_0000 != 0 else { return }
        for _ in 0..<(try fields.number()) {
            _ = try fields.data()
            _ = try fields.data()
        }
    }
}

extension SFTPStatus {
    /// The server's words, or its code where it has none.
    var words: String { message.isEmpty ? "the server answers with code \(code.rawValue)" : message }
}
