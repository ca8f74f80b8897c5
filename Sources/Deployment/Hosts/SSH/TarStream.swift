import ModelCore
import SystemIO
import SystemPackage

/// Files of a release on their way to another host, as one archive.
struct TarStream: Sendable {
    private static let blockByteCount = 1 << 20

    /// The directory of this machine that has the files.
    let source: FilePath
    /// The files.
    let listing: TreeListing
    /// When they were modified, in seconds since 1970.
    let modified: Int64
    /// Is told how many bytes of files went out.
    let sent: @Sendable (Int64) -> Void

    /// The number of bytes of the archive.
    func byteCount() throws -> Int64 {
        var writer = TarWriter(modified: modified)
        var count = Int64(TarWriter.end.count)
        for entry in listing.entries {
            let entry = try archived(entry)
            let padding = TarWriter.padding(after: entry.size).count
            count += Int64(writer.header(for: entry).count) + entry.size + Int64(padding)
        }
        return count
    }

    /// A file as it stands in the archive.
    private func archived(_ entry: TreeEntry) throws -> TarWriter.Entry {
        let path = entry.path.text
        guard entry.mode != .link else {
            let target = try SymbolicLink.target(of: source.appending(entry.path.text))
            return TarWriter.Entry(path: path, kind: .link(target: target))
        }
        let kind = TarWriter.Entry.Kind.file(isExecutable: entry.mode == .executable)
        return TarWriter.Entry(path: path, kind: kind, size: entry.size)
    }

    /// Writes the archive.
    func write(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
        var writer = TarWriter(modified: modified)
        var block = [UInt8](repeating: 0, count: TarStream.blockByteCount)
        for entry in listing.entries {
            let archived = try archived(entry)
            try writer.header(for: archived).withUnsafeBytes(write)
            guard entry.mode != .link else { continue }
            try copy(source.appending(entry.path.text), size: archived.size, by: &block, to: write)
            try TarWriter.padding(after: archived.size).withUnsafeBytes(write)
        }
        try TarWriter.end.withUnsafeBytes(write)
    }

    private func copy(
        _ path: FilePath,
        size: Int64,
        by block: inout [UInt8],
        to write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let file = try OpenFile(reading: path)
        var offset: Int64 = 0
        while offset < size {
            let wanted = Int(min(Int64(block.count), size - offset))
            try block.withUnsafeMutableBytes { bytes in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted])
                guard try file.read(into: part, at: offset) == wanted else {
                    throw IOError(.read, path, .ioError)
                }
                try write(UnsafeRawBufferPointer(part))
            }
            offset += Int64(wanted)
            sent(Int64(wanted))
        }
    }
}
