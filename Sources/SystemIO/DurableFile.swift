package import SystemPackage

/// Whole files, written so that a crash leaves the old bytes or the new ones, and never a mixture.
package enum DurableFile {
    /// Writes a file, over what is there, and returns once it would survive a power cut.
    package static func write(
        _ bytes: [UInt8],
        to path: FilePath,
        permissions: UInt16 = 0o666,
        durable: Bool = true
    ) throws(IOError) {
        let temporary = try TemporaryFile(beside: path, permissions: permissions)
        try bytes.span.withUnsafeBytes { (buffer) throws(IOError) in try temporary.write(buffer, at: 0) }
        try temporary.commit(to: path, durable: durable)
    }

    /// Appends bytes to a file, which is created where there is none; several processes may do so at once.
    ///
    /// What is appended is a piece, unless the disk is full or the process ends meanwhile; it need not survive a power
    /// cut.
    package static func append(_ bytes: [UInt8], to path: FilePath) throws(IOError) {
        let file = try OpenFile(appendingTo: path)
        try bytes.span.withUnsafeBytes { (buffer) throws(IOError) in try file.append(buffer) }
    }

    /// Reads a file of at most `limit` bytes, following links; a larger one fails with `Errno.fileTooLarge`.
    package static func read(_ path: FilePath, limit: Int) throws(IOError) -> [UInt8] {
        let file = try OpenFile(reading: path, followingLinks: true)
        let size = try file.status().size
        guard size <= limit else { throw IOError(.read, path, .fileTooLarge) }
        // One byte more than the size, so that a file that grows meanwhile is noticed at its end.
        var bytes = [UInt8](repeating: 0, count: Int(size) + 1)
        var count = 0
        while true {
            let start = count
            var rest = bytes.mutableSpan
            count += try rest.withUnsafeMutableBytes { (buffer) throws(IOError) in
                try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]), at: Int64(start))
            }
            if count < bytes.count { break }
            guard count <= limit else { throw IOError(.read, path, .fileTooLarge) }
            bytes.append(contentsOf: repeatElement(0, count: min(bytes.count, limit + 1 - count)))
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Makes the creations, renames and removals in a directory survive a power cut.
    package static func synchronizeDirectory(_ path: FilePath) throws(IOError) {
        let directory = try OpenFile(reading: path, followingLinks: true)
        do {
            try directory.synchronize()
        } catch  where error.errno == .invalidArgument {
            // Some network file systems cannot flush a directory; their renames are durable or they never are.
        }
    }

    /// Moves a file or directory, over a file that is there; both paths must be in one file system.
    package static func rename(_ source: FilePath, to destination: FilePath) throws(IOError) {
        try IOError.naming(.rename, source) { () throws(Errno) in try SystemCall.rename(source, to: destination) }
    }

    /// Puts a file or directory in the place of another, which moves to `aside`; all paths must be in one file system.
    ///
    /// Where the file system can, the two change places in one step; elsewhere nothing is there for an instant.
    package static func replace(_ path: FilePath, with other: FilePath, aside: FilePath) throws(IOError) {
        do throws(Errno) {
            try SystemCall.exchange(other, path)
        } catch .invalidArgument, .noFunction, .notSupported {
            try rename(path, to: aside)
            do { try rename(other, to: path) } catch {
                try? rename(aside, to: path)
                throw error
            }
            return
        } catch {
            throw IOError(.rename, other, error)
        }
        try rename(other, to: aside)
    }

    /// Removes a file or link; one that does not exist is no error.
    package static func remove(_ path: FilePath) throws(IOError) {
        do {
            try SystemCall.remove(path)
        } catch .noSuchFileOrDirectory {
            return
        } catch {
            throw IOError(.remove, path, error)
        }
    }

    /// Sets a file's permission bits, exactly as given.
    package static func setPermissions(_ permissions: UInt16, of path: FilePath) throws(IOError) {
        try IOError.naming(.changeMode, path) { () throws(Errno) in
            try SystemCall.changeMode(path, permissions: permissions)
        }
    }

    /// Sets a file's modification time, in ns since 1970.
    package static func setModified(_ time: Int64, of path: FilePath) throws(IOError) {
        try IOError.naming(.touch, path) { () throws(Errno) in try SystemCall.setModified(time, of: path) }
    }

    /// Sets a file's modification time to now.
    package static func touch(_ path: FilePath) throws(IOError) {
        try IOError.naming(.touch, path) { () throws(Errno) in try SystemCall.touch(path) }
    }
}
