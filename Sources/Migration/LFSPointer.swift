package import ModelCore

/// The text by which Git LFS stands for a file in Git (its specification, version 1).
package struct LFSPointer: Hashable, Sendable {
    /// Pointers are smaller than this.
    package static let byteLimit = 1024

    /// The SHA-256 of the file's bytes, which is what git-model calls it, too.
    package let oid: Digest
    /// The size in bytes.
    package let size: Int64

    /// Parses a pointer; throws `FormatError` for what is none, and for one with extensions, whose bytes are not the file's.
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
        guard LFSPointer.versions.contains(fields["version"] ?? "") else {
            throw malformed("its version is not known here")
        }
        let prefix = "sha256:"
        guard let name = fields["oid"], name.hasPrefix(prefix), let oid = Digest(hex: name.dropFirst(prefix.count))
        else {
            throw malformed("\"oid\" is no SHA-256")
        }
        guard let size = fields["size"].flatMap({ Int64($0) }), size >= 0 else {
            throw malformed("\"size\" is no size")
        }
        self.oid = oid
        self.size = size
    }

    /// Where a repository keeps the bytes, below its directory of objects.
    package var place: String { "\(oid.hex.prefix(2))/\(oid.hex.dropFirst(2).prefix(2))/\(oid.hex)" }

    /// Git LFS still reads what its first releases wrote.
    private static let versions: Set<Substring> = [
        "https://git-lfs.github.com/spec/v1", "http://git-media.io/v/2", "https://hawser.github.com/spec/v1",
    ]
}
