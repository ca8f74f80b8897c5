/// The small text that stands in Git for an artifact: `docs/formats.md` has its one valid encoding.
package struct Pointer: Hashable, Sendable {
    /// What a pointer's file name ends in.
    package static let fileSuffix = ".mver"
    /// No pointer is longer than this.
    package static let maximumByteCount = 1024

    private static let signature = "git-model-pointer "
    private static let format = "pointer"

    /// The SHA-256 of the file, or of the tree's listing.
    package let oid: Digest
    /// The file's size, or the sum of the sizes of the tree's files, in bytes.
    package let size: Int64
    /// What the artifact is.
    package let kind: ArtifactKind

    /// Creates a pointer; `size` is not negative.
    package init(oid: Digest, size: Int64, kind: ArtifactKind) {
        self.oid = oid
        self.size = size
        self.kind = kind
    }

    /// Parses the content of a pointer file.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError(Pointer.format, .malformed(what)) }
        guard bytes.count <= Pointer.maximumByteCount else { throw malformed("it is longer than a pointer can be") }
        guard bytes.starts(with: Pointer.signature.utf8) else { throw malformed("it is no pointer") }
        guard !bytes.contains(UInt8(ascii: "\r")) else { throw malformed("its lines end in CR LF") }
        guard bytes.last == UInt8(ascii: "\n") else { throw FormatError(Pointer.format, .truncated) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw malformed("it is not UTF-8") }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard lines[0] == Pointer.signature + "1" else { throw FormatError(Pointer.format, .newer(String(lines[0]))) }
        let keys = ["oid", "size", "kind"]
        for line in lines.dropFirst() {
            let key = line.prefix { $0 != " " }
            guard keys.contains(String(key)) else { throw FormatError(Pointer.format, .newer("key “\(key)”")) }
        }
        func value(_ number: Int) throws(FormatError) -> Substring {
            guard lines.count > number else { throw FormatError(Pointer.format, .truncated) }
            let prefix = keys[number - 1] + " "
            guard lines[number].hasPrefix(prefix) else {
                throw malformed("line \(number + 1) is not “\(keys[number - 1])”")
            }
            return lines[number].dropFirst(prefix.count)
        }
        oid = try Pointer.oid(try value(1))
        size = try Pointer.size(try value(2))
        let kindText = try value(3)
        guard let kind = ArtifactKind(rawValue: String(kindText)) else {
            throw FormatError(Pointer.format, .newer("kind “\(kindText)”"))
        }
        self.kind = kind
        guard lines.count == 4 else { throw malformed("a line follows its last") }
    }

    private static func oid(_ text: Substring) throws(FormatError) -> Digest {
        guard text.hasPrefix("sha256:") else { throw FormatError(format, .newer("oid \(text.prefix { $0 != ":" })")) }
        let hex = text.dropFirst("sha256:".count)
        if let oid = Digest(hex: hex) { return oid }
        if Digest(hex: hex.lowercased()) != nil {
            throw FormatError(format, .malformed("its oid has uppercase digits"))
        }
        throw FormatError(format, .malformed("its oid is not 64 lowercase hexadecimal digits"))
    }

    private static func size(_ text: Substring) throws(FormatError) -> Int64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw FormatError(format, .malformed("its size is no number"))
        }
        guard text == "0" || !text.hasPrefix("0") else {
            throw FormatError(format, .malformed("its size has a leading zero"))
        }
        guard let size = Int64(text) else { throw FormatError(format, .malformed("its size is too large")) }
        return size
    }

    /// The content of the pointer file.
    package var text: String {
        "\(Pointer.signature)1\noid \(oid)\nsize \(size)\nkind \(kind.rawValue)\n"
    }
}
