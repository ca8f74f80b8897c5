import Codec
package import ModelCore
import SystemIO
package import SystemPackage
package import Transport

/// Bytes that are stored or sent: stretches of memory and of files, so that nothing has to be copied to become a layer.
package struct BlobContent: Sendable, Hashable {
    private static let bufferByteCount = 1 << 20

    /// The stretches, in order.
    package private(set) var pieces: [HTTPRequest.Piece]
    /// The size in bytes.
    package private(set) var byteCount: Int64

    /// Creates content of pieces.
    package init(_ pieces: [HTTPRequest.Piece] = []) {
        self.pieces = pieces.filter { $0.byteCount > 0 }
        byteCount = pieces.reduce(0) { $0 + $1.byteCount }
    }

    /// Creates content in memory.
    package init(_ bytes: [UInt8]) { self.init([.bytes(bytes)]) }

    /// Creates the content of a file of that size.
    package init(_ file: FilePath, byteCount: Int64) { self.init([.file(file, 0..<byteCount)]) }

    /// Adds bytes at the end.
    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        byteCount += Int64(bytes.count)
        if case .bytes(let before)? = pieces.last {
            pieces[pieces.count - 1] = .bytes(before + bytes)
        } else {
            pieces.append(.bytes(bytes))
        }
    }

    /// Adds a file of that size at the end.
    mutating func append(_ file: FilePath, byteCount: Int64) {
        guard byteCount > 0 else { return }
        self.byteCount += byteCount
        pieces.append(.file(file, 0..<byteCount))
    }

    /// Returns a range of the content.
    package func part(_ range: Range<Int64>) -> BlobContent {
        var start: Int64 = 0
        var parts: [HTTPRequest.Piece] = []
        for piece in pieces {
            let whole = start..<(start + piece.byteCount)
            let shared = range.clamped(to: whole)
            if !shared.isEmpty { parts.append(piece.part((shared.lowerBound - start)..<(shared.upperBound - start))) }
            start = whole.upperBound
        }
        return BlobContent(parts)
    }

    /// Reads everything in order; blocks the calling thread.
    ///
    /// Throws `OCIError.io`, also for a file that got shorter.
    package func read(_ body: (UnsafeRawBufferPointer) throws(OCIError) -> Void) throws(OCIError) {
        var buffer: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try bytes.span.withUnsafeBytes(body)
            case .file(let path, let range):
                if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: BlobContent.bufferByteCount) }
                try BlobContent.read(path, range, by: &buffer, body)
            }
        }
    }

    /// Returns the SHA-256; blocks the calling thread.
    package func digest() throws(OCIError) -> Digest {
        var hash = SHA256()
        try read { (bytes) throws(OCIError) in hash.update(bytes) }
        return hash.finish()
    }

    private static func opened(_ path: FilePath) throws(OCIError) -> OpenFile {
        do throws(IOError) { return try OpenFile(reading: path) } catch { throw .io(error) }
    }

    private static func read(
        _ path: FilePath,
        _ range: Range<Int64>,
        by buffer: inout [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(OCIError) -> Void
    ) throws(OCIError) {
        let file = try opened(path)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = Int(min(Int64(buffer.count), range.upperBound - offset))
            var space = buffer.mutableSpan
            let read = try space.withUnsafeMutableBytes { (bytes) throws(OCIError) in
                let room = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
                do throws(IOError) { return try file.read(into: room, at: offset) } catch { throw .io(error) }
            }
            guard read == count else { throw .transport(.fileChanged(path.string)) }
            try buffer.span.withUnsafeBytes { (bytes) throws(OCIError) in
                try body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            offset += Int64(count)
        }
    }
}
