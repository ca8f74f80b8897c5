/// Writes the headers of a tar archive (POSIX.1-2001, "ustar" with "pax" where that has no room), the same bytes for
/// the same entries.
///
/// It touches no files: whoever writes an archive writes a header, the bytes of the file and the padding behind them,
/// for each entry, and `end` after the last.
package struct TarWriter: Sendable {
    /// Something in an archive.
    package struct Entry: Sendable, Hashable {
        /// What it is.
        package enum Kind: Sendable, Hashable {
            /// A file.
            case file(isExecutable: Bool)
            /// A directory.
            case directory
            /// A symbolic link, with the text of its target.
            case link(target: String)
        }

        /// Where it is; no `/` at the end, not even of a directory's.
        package let path: String
        /// What it is.
        package let kind: Kind
        /// The number of a file's bytes; nothing else has any.
        package let size: Int64

        /// Creates an entry.
        package init(path: String, kind: Kind, size: Int64 = 0) {
            self.path = path
            self.kind = kind
            self.size = size
        }
    }

    private static let blockSize = 512
    /// The lengths of the header's fields for names, and the largest size that its field has digits for.
    private static let nameLimit = 100
    private static let prefixLimit = 155
    private static let sizeLimit: Int64 = 0o77777777777

    private let modified: Int64
    private var extendedCount = 0

    /// Creates a writer; all entries were modified at that time, in seconds since 1970, not before.
    package init(modified: Int64) { self.modified = max(0, min(modified, TarWriter.sizeLimit)) }

    /// Returns what stands in front of an entry's bytes: whole blocks.
    package mutating func header(for entry: Entry) -> [UInt8] {
        let path = if case .directory = entry.kind { entry.path + "/" } else { entry.path }
        var records: [UInt8] = []
        let place = TarWriter.split(path)
        if place == nil { records += TarWriter.record("path", path) }
        var target = ""
        if case .link(let text) = entry.kind {
            target = text
            if text.utf8.count > TarWriter.nameLimit { records += TarWriter.record("linkpath", text) }
        }
        if entry.size > TarWriter.sizeLimit { records += TarWriter.record("size", String(entry.size)) }
        var bytes: [UInt8] = []
        if !records.isEmpty {
            extendedCount += 1
            let name = "PaxHeaders/\(extendedCount)"
            bytes += block(name: name, prefix: "", type: "x", mode: 0o644, size: Int64(records.count), target: "")
            bytes += records + TarWriter.padding(after: Int64(records.count))
        }
        let (type, mode): (Unicode.Scalar, UInt16) =
            switch entry.kind {
            case .file(let isExecutable): ("0", isExecutable ? 0o755 : 0o644)
            case .directory: ("5", 0o755)
            case .link: ("2", 0o777)
            }
        return bytes
            + block(
                name: place?.name ?? path,
                prefix: place?.prefix ?? "",
                type: type,
                mode: mode,
                size: min(entry.size, TarWriter.sizeLimit),
                target: target
            )
    }

    /// Returns the zeros that fill the last block of so many bytes.
    package static func padding(after size: Int64) -> [UInt8] {
        let rest = Int(size % Int64(blockSize))
        return [UInt8](repeating: 0, count: rest == 0 ? 0 : blockSize - rest)
    }

    /// What stands at the end of an archive.
    package static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// Splits a path at a slash so that both fields have room for it; `nil` where none lies so.
    private static func split(_ path: String) -> (prefix: String, name: String)? {
        let bytes = Array(path.utf8)
        guard bytes.count > nameLimit else { return ("", path) }
        // The slash itself is in neither field; the last byte may be a directory's.
        let first = max(1, bytes.count - nameLimit - 1)
        guard first < bytes.count - 1, first <= prefixLimit else { return nil }
        let last = min(prefixLimit, bytes.count - 2)
        guard let slash = bytes[first...last].firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return (
            String(decoding: bytes[..<slash], as: UTF8.self), String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        )
    }

    /// A record of an extended header: its length, which counts its own digits too, the key and the value.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = key.utf8.count + value.utf8.count + 3
        var length = rest + String(rest).utf8.count
        length = rest + String(length).utf8.count
        return Array("\(length) \(key)=\(value)\n".utf8)
    }

    private func block(
        name: String,
        prefix: String,
        type: Unicode.Scalar,
        mode: UInt16,
        size: Int64,
        target: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarWriter.blockSize)
        func put(_ text: String, at offset: Int, limit: Int) {
            for (position, byte) in text.utf8.prefix(limit).enumerated() { block[offset + position] = byte }
        }
        func put(_ number: Int64, at offset: Int, digits: Int) {
            let text = String(number, radix: 8)
            put(String(repeating: "0", count: max(0, digits - text.utf8.count)) + text, at: offset, limit: digits)
        }
        put(name, at: 0, limit: TarWriter.nameLimit)
        put(Int64(mode), at: 100, digits: 7)
        put(0, at: 108, digits: 7)
        put(0, at: 116, digits: 7)
        put(size, at: 124, digits: 11)
        put(modified, at: 136, digits: 11)
        put("        ", at: 148, limit: 8)
        block[156] = UInt8(ascii: type)
        put(target, at: 157, limit: TarWriter.nameLimit)
        put("ustar", at: 257, limit: 5)
        put("00", at: 263, limit: 2)
        put(0, at: 329, digits: 7)
        put(0, at: 337, digits: 7)
        put(prefix, at: 345, limit: TarWriter.prefixLimit)
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        put(sum, at: 148, digits: 6)
        block[154] = 0
        return block
    }
}
