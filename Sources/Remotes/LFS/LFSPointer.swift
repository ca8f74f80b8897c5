import ModelCore

/// The text that stands for a Git LFS object in Git (git-lfs, `docs/spec.md`), without extensions.
struct LFSPointer: Hashable, Sendable {
    private static let version = "version https://git-lfs.github.com/spec/v1"

    /// The digest of the object's bytes, which is its name.
    let oid: Digest
    /// The object's size in bytes.
    let size: Int64

    /// Creates the pointer of an object.
    init(oid: Digest, size: Int64) {
        self.oid = oid
        self.size = size
    }

    /// Parses a pointer in the one spelling that git-lfs writes; `nil` for anything else.
    init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == LFSPointer.version, lines[1].hasPrefix("oid sha256:"),
            lines[2].hasPrefix("size "), lines[3].isEmpty, let oid = Digest(hex: lines[1].dropFirst(11)),
            let size = Int64(lines[2].dropFirst(5)), size >= 0
        else { return nil }
        self.init(oid: oid, size: size)
    }

    /// The text; that of an empty object is empty, as git-lfs has it.
    var text: [UInt8] { size == 0 ? [] : Array("\(LFSPointer.version)\noid sha256:\(oid.hex)\nsize \(size)\n".utf8) }
}
