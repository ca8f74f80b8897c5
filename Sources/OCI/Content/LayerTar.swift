package import ModelCore
import SystemIO
package import SystemPackage

/// A tar of files of a release (POSIX pax) of which the same files always give the same bytes: owner, group and time
/// are 0, and modes say only what may be executed.
///
/// The files' own bytes are not copied: the tar is made of them as it is read.
package struct LayerTar: Sendable {
    private static let blockByteCount = 512
    /// What a header has digits for.
    private static let sizeLimit: Int64 = 1 << 33

    /// The tar.
    package private(set) var content = BlobContent()
    private var directories: Set<String> = []

    /// Creates a tar of files of a directory, sorted as listings are, below `prefix`, which is a relative path or
    /// empty.
    ///
    /// Links are read, which blocks the calling thread; files are not.
    package init(_ files: [TreeEntry], in directory: FilePath, below prefix: String = "") throws(OCIError) {
        for file in files {
            let path = prefix.isEmpty ? file.path.text : "\(prefix)/\(file.path.text)"
            addParents(of: path)
            switch file.mode {
            case .link:
                let target: String
                do { target = try SymbolicLink.target(of: directory.appending(file.path.text)) } catch {
                    throw .io(error)
                }
                add(path, type: "2", mode: 0o777, size: 0, link: target)
            case .regular, .executable:
                add(path, type: "0", mode: file.mode == .executable ? 0o755 : 0o644, size: file.size)
                content.append(directory.appending(file.path.text), byteCount: file.size)
                let rest = Int(file.size % Int64(LayerTar.blockByteCount))
                if rest > 0 { content.append([UInt8](repeating: 0, count: LayerTar.blockByteCount - rest)) }
            }
        }
        content.append([UInt8](repeating: 0, count: 2 * LayerTar.blockByteCount))
    }

    /// Adds the directories that a path is in, for else those who unpack it choose their modes.
    private mutating func addParents(of path: String) {
        let parts = path.split(separator: "/").dropLast()
        for count in stride(from: 1, through: parts.count, by: 1) {
            let directory = parts.prefix(count).joined(separator: "/") + "/"
            if directories.insert(directory).inserted { add(directory, type: "5", mode: 0o755, size: 0) }
        }
    }

    private mutating func add(_ path: String, type: Unicode.Scalar, mode: Int64, size: Int64, link: String = "") {
        var records: [(String, String)] = []
        if LayerTar.needsRecord(path) { records.append(("path", path)) }
        if LayerTar.needsRecord(link) { records.append(("linkpath", link)) }
        if size >= LayerTar.sizeLimit { records.append(("size", "\(size)")) }
        if !records.isEmpty {
            var bytes = records.flatMap { LayerTar.record($0, $1) }
            let header = LayerTar.header("././@PaxHeader", type: "x", mode: 0o644, size: Int64(bytes.count), link: "")
            let rest = bytes.count % LayerTar.blockByteCount
            if rest > 0 { bytes += [UInt8](repeating: 0, count: LayerTar.blockByteCount - rest) }
            content.append(header + bytes)
        }
        content.append(
            LayerTar.header(path, type: type, mode: mode, size: size >= LayerTar.sizeLimit ? 0 : size, link: link)
        )
    }

    /// Whether a header has no room for a text, or would leave open in which encoding it is.
    private static func needsRecord(_ text: String) -> Bool {
        text.utf8.count > 100 || !text.utf8.allSatisfy { $0 < 128 }
    }

    /// Returns a record of a pax header, whose length counts its own digits.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
        return Array("\(length)\(rest)".utf8)
    }

    private static func header(
        _ path: String,
        type: Unicode.Scalar,
        mode: Int64,
        size: Int64,
        link: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockByteCount)
        func put(_ bytes: some Collection<UInt8>, at offset: Int, room: Int) {
            block.replaceSubrange(offset..<(offset + min(room, bytes.count)), with: bytes.prefix(room))
        }
        func put(octal number: Int64, at offset: Int, digits: Int) {
            let text = String(number, radix: 8)
            put((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8, at: offset, room: digits)
        }
        put(path.utf8, at: 0, room: 100)
        put(octal: mode, at: 100, digits: 7)
        put(octal: 0, at: 108, digits: 7)
        put(octal: 0, at: 116, digits: 7)
        put(octal: size, at: 124, digits: 11)
        put(octal: 0, at: 136, digits: 11)
        block[156] = UInt8(ascii: type)
        put(link.utf8, at: 157, room: 100)
        put("ustar".utf8, at: 257, room: 6)
        put("00".utf8, at: 263, room: 2)
        put(octal: 0, at: 329, digits: 7)
        put(octal: 0, at: 337, digits: 7)
        // The sum counts its own field as blanks.
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148, room: 8)
        put(octal: block.reduce(0) { $0 + Int64($1) }, at: 148, digits: 6)
        block[154] = 0
        return block
    }
}
