package import SystemPackage

/// An open file that closes itself; reads and writes name their offset, so that threads can share it.
package struct OpenFile: ~Copyable, Sendable {
    /// The path that the file was opened by, for messages.
    package let path: FilePath
    let descriptor: CInt

    /// Opens a file for reading; a link as the last component is an error unless followed.
    ///
    /// Opening a named pipe does not block, but reading from it fails.
    package init(reading path: FilePath, followingLinks: Bool = false) throws(IOError) {
        descriptor = try IOError.naming(.open, path) { () throws(Errno) in
            try SystemCall.open(path, .reading(followingLinks: followingLinks))
        }
        self.path = path
    }

    /// Creates a file, for reading and writing, that must not exist; the umask narrows the permissions.
    package init(creating path: FilePath, permissions: UInt16 = 0o666) throws(IOError) {
        descriptor = try IOError.naming(.create, path) { () throws(Errno) in
            try SystemCall.open(path, .creating(permissions: permissions))
        }
        self.path = path
    }

    /// Opens an existing file for writing; a link as the last component is an error.
    package init(writing path: FilePath) throws(IOError) {
        descriptor = try IOError.naming(.open, path) { () throws(Errno) in
            try SystemCall.open(path, .writing)
        }
        self.path = path
    }

    /// Opens a file for appending to it, and creates it where there is none; a link as the last component is an error.
    init(appendingTo path: FilePath) throws(IOError) {
        descriptor = try IOError.naming(.open, path) { () throws(Errno) in
            try SystemCall.open(path, .appending)
        }
        self.path = path
    }

    deinit {
        SystemCall.close(descriptor)
    }

    /// Fills the buffer from an offset and returns the number of bytes read, less than asked only at the file's end.
    ///
    /// Any thread may call it.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(IOError) -> Int {
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let read = try IOError.naming(.read, path) { () throws(Errno) in
                try SystemCall.read(descriptor, into: rest, at: offset + Int64(count))
            }
            if read == 0 { break }
            count += read
        }
        return count
    }

    /// Writes all bytes at an offset; any thread may call it.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(IOError) {
        try write(bytes, at: offset, by: SystemCall.write)
    }

    /// Writes all bytes at the end of a file that was opened for that.
    func append(_ bytes: UnsafeRawBufferPointer) throws(IOError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try IOError.naming(.write, path) { () throws(Errno) in
                try SystemCall.writeNext(descriptor, rest)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Repeats a call that may write less than it is given.
    private func write(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int64,
        by call: (_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer, _ offset: Int64) throws(Errno) -> Int
    ) throws(IOError) {
        var count = 0
        while count < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
            count += try IOError.naming(.write, path) { () throws(Errno) in
                try call(descriptor, rest, offset + Int64(count))
            }
        }
    }

    /// Returns the open file's status, whatever its path leads to by now.
    package func status() throws(IOError) -> FileStatus {
        try IOError.naming(.inspect, path) { () throws(Errno) in try SystemCall.status(of: descriptor) }
    }

    /// Writes all bytes at an offset, as what nobody will read soon; any thread may call it.
    ///
    /// The disk begins at once, so that `synchronize` has less to wait for, and the memory is free again when it is
    /// done. Whole pages are best: a part of one may have to be read back.
    package func writeUncached(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(IOError) {
        try write(bytes, at: offset, by: SystemCall.writeUncached)
    }

    /// Lets the system begin to write a range to the disk, so that `synchronize` has less to wait for.
    package func startWriteback(at offset: Int64, byteCount: Int64) {
        SystemCall.startWriteback(descriptor, at: offset, byteCount: byteCount)
    }

    /// Waits until everything written is on the disk.
    package func synchronize() throws(IOError) {
        try IOError.naming(.synchronize, path) { () throws(Errno) in try SystemCall.synchronize(descriptor) }
    }

    /// Cuts or extends the file to a size; what is new reads as zeros.
    package func resize(to size: Int64) throws(IOError) {
        try IOError.naming(.resize, path) { () throws(Errno) in try SystemCall.resize(descriptor, to: size) }
    }
}
