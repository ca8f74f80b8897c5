package import SystemPackage

/// A file mapped for reading, as long as the object lives.
///
/// Only for our own immutable files: a mapped file that somebody cuts kills the process.
package final class MappedFile: @unchecked Sendable {
    // SAFETY: the mapping is read-only and private, and `bytes` never changes after init.

    /// The file's bytes, valid only while this object is alive (use `withExtendedLifetime` where it may end early).
    package let bytes: UnsafeRawBufferPointer

    /// Maps a regular file, following links.
    package init(_ path: FilePath) throws(IOError) {
        let file = try OpenFile(reading: path, followingLinks: true)
        let status = try file.status()
        guard status.kind == .regular else { throw IOError(.map, path, .invalidArgument) }
        guard let count = Int(exactly: status.size) else { throw IOError(.map, path, .fileTooLarge) }
        guard count > 0 else {
            // The system refuses empty mappings.
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let start = try IOError.naming(.map, path) { () throws(Errno) in
            try SystemCall.map(file.descriptor, byteCount: count)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Lets go of the memory that reading a range took, so that a process that reads large files stays small.
    ///
    /// The bytes stay readable: they come from the file again.
    package func releaseMemory(_ range: Range<Int>) {
        guard let start = bytes.baseAddress, range.upperBound <= bytes.count else { return }
        let pageSize = SystemCall.pageSize
        let first = range.lowerBound / pageSize * pageSize
        let end = range.upperBound == bytes.count ? range.upperBound : range.upperBound / pageSize * pageSize
        guard first < end else { return }
        SystemCall.release(UnsafeMutableRawPointer(mutating: start + first), byteCount: end - first)
    }

    /// Hands all bytes to a body that reads them in order, while the system reads ahead of it, and lets go of their
    /// memory.
    package func readInOrder<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        guard let start = bytes.baseAddress.map(UnsafeMutableRawPointer.init(mutating:)) else { return body(bytes) }
        SystemCall.expect(start, byteCount: bytes.count, inOrder: true)
        defer {
            SystemCall.expect(start, byteCount: bytes.count, inOrder: false)
            releaseMemory(0..<bytes.count)
        }
        return body(bytes)
    }

    deinit {
        if let start = bytes.baseAddress {
            SystemCall.unmap(UnsafeMutableRawPointer(mutating: start), byteCount: bytes.count)
        }
    }
}
