/// The text by which Git LFS stands for a file in Git (its specification, version 1).
package struct LFSPointer: Hashable, Sendable {
    /// Pointers are smaller than this.
    package static let byteLimit = 1024

    /// The SHA-256 of the file's bytes, which is what git-model calls it, too.
    package let oid: Digest
    /// The size in bytes.
    package let size: Int64

    /// Creates the pointer of an object.
    package init(oid: Digest, size: Int64) {
        self.oid = oid
        self.size = size
    }

    /// Parses a pointer; throws `FormatError` for what is none, and for one with extensions, whose bytes are not the
    /// file's.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError("pointer of Git LFS", .malformed(what)) }
        guard bytes.count < LFSPointer.byteLimit else { throw malformed("it is too long") }
        var fields: [Substring: Substring] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let space = line.firstIndex(of: " ") else { throw malformed("a line has no value") }
            let key = line[..<space]
            if key.hasPrefix("ext-") {
                throw malformed("its bytes went through an extension (\(key)), which only Git LFS can undo")
            }
            guard ["version", "oid", "size"].contains(key) else { throw malformed("\"\(key)\" is not known here") }
            guard fields.updateValue(line[line.index(after: space)...], forKey: key) == nil else {
                throw malformed("\"\(key)\" occurs twice")
            }
        }
        guard LFSPointer.versions.contains(fields["version"].map(String.init) ?? "") else {
            throw malformed("its version is not known here")
        }
        let prefix = "sha256:"
        guard let name = fields["oid"], name.hasPrefix(prefix), let oid = Digest(hex: name.dropFirst(prefix.count))
        else {
            throw malformed("\"oid\" is no SHA-256")
        }
        guard let digits = fields["size"], digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let size = Int64(digits)
        else {
            throw malformed("\"size\" is no size")
        }
        self.init(oid: oid, size: size)
    }

    /// The text as Git LFS writes it; that of an empty object is empty.
    package var text: [UInt8] {
        size == 0 ? [] : Array("version \(LFSPointer.version)\noid sha256:\(oid.hex)\nsize \(size)\n".utf8)
    }

    /// Where a repository keeps the bytes, below its directory of objects.
    package var place: String { "\(oid.hex.prefix(2))/\(oid.hex.dropFirst(2).prefix(2))/\(oid.hex)" }

    private static let version = "https://git-lfs.github.com/spec/v1"
    /// Git LFS still reads what its first releases wrote.
    private static let versions: Set<String> = [
        version, "http://git-media.io/v/2", "https://hawser.github.com/spec/v1",
    ]
}
