import ModelCore
import SystemIO
import SystemPackage
import TensorFormats

/// The bytes of a model's file, for a parser that reads only some of them.
struct ModelFileBytes: ~Copyable, ByteSource {
    typealias Failure = IOError

    let byteCount: Int64
    private let file: OpenFile

    /// Opens a file, following links; what is no file is refused.
    init(_ path: FilePath) throws(IOError) {
        let file = try OpenFile(reading: path, followingLinks: true)
        let status = try file.status()
        guard status.kind == .regular else { throw IOError(.read, path, .notSupported) }
        byteCount = status.size
        self.file = file
    }

    func read(_ range: Range<Int64>) throws(IOError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var rest = bytes.mutableSpan
        let count = try rest.withUnsafeMutableBytes { (buffer) throws(IOError) in
            try file.read(into: buffer, at: range.lowerBound)
        }
        // A file that became shorter meanwhile is one that is cut short.
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
