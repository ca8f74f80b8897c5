import Synchronization
package import SystemPackage

/// A log that never outgrows its disk: a file that is full becomes `<name>.1`, what had that name `.2`, and so on; the
/// oldest goes.
///
/// Any thread may call it; one process may.
package final class BoundedLog: Sendable {
    /// How many bytes a file may have.
    package static let usualLimit: Int64 = 8 << 20
    /// How many full files stay.
    package static let usualCount = 3

    /// The file that is written to.
    package let path: FilePath
    private let limit: Int64
    private let count: Int
    private let turn = Mutex(())

    /// Creates a log of files with so many bytes at most, of which so many stay beside the one that is written to.
    package init(_ path: FilePath, limit: Int64 = BoundedLog.usualLimit, keeping count: Int = BoundedLog.usualCount) {
        self.path = path
        self.limit = limit
        self.count = max(1, count)
    }

    /// Appends bytes as one piece, to a new file where the old one has no room for them.
    ///
    /// A file that cannot be moved is written to all the same: what is said is worth more than the bound.
    package func append(_ bytes: [UInt8]) throws(IOError) {
        try turn.withLock { (_) throws(IOError) in
            let size = try FileStatus.of(path)?.size ?? 0
            if size > 0, size + Int64(bytes.count) > limit { try? rotate() }
            try DurableFile.append(bytes, to: path)
        }
    }

    private func rotate() throws(IOError) {
        let full = try FileStatus.of(path)
        for number in stride(from: count - 1, through: 1, by: -1) where try FileStatus.of(name(number)) != nil {
            try DurableFile.rename(name(number), to: name(number + 1))
        }
        try DurableFile.rename(path, to: name(1))
        if let full { try takeOutputAlong(from: full) }
    }

    private func name(_ number: Int) -> FilePath {
        path.removingLastComponent().appending("\(path.lastComponent?.string ?? "").\(number)")
    }

    /// Lets this process's own output follow where that goes to the log as well: it would end in a file that is removed
    /// some day.
    private func takeOutputAlong(from full: FileStatus) throws(IOError) {
        for stream in SystemCall.outputStreams {
            guard let status = try? SystemCall.status(of: stream), status.inode == full.inode,
                status.device == full.device
            else { continue }
            let file = try OpenFile(appendingTo: path)
            try IOError.naming(.open, path) { () throws(Errno) in
                try SystemCall.replace(stream, by: file.descriptor)
            }
        }
    }
}
