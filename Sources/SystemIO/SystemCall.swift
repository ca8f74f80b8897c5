import CIntrinsics
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The C library's file calls, one for one: repeated when interrupted, their failures thrown as `Errno`.
///
/// The one place, with `Monitor`, `WorkerThread`, `Machine`, `LoopbackSocket` and what starts processes, that imports
/// the C library, so that every other file is portable.
enum SystemCall {
    /// The directory that relative paths start from: the process's current one.
    static let currentDirectory = AT_FDCWD

    /// How a file is opened; every descriptor is close-on-exec, so that no child inherits a lock.
    enum OpenMode {
        case reading(followingLinks: Bool)
        case readingDirectory
        case writing
        case appending
        case creating(permissions: UInt16)
        case lock
    }

    private static func repeated<R: SignedInteger>(_ call: () -> R) throws(Errno) -> R {
        while true {
            let result = call()
            if result != -1 { return result }
            if errno != EINTR { throw Errno(rawValue: errno) }
        }
    }

    static func open(_ path: FilePath, at directory: CInt = currentDirectory, _ mode: OpenMode) throws(Errno) -> CInt {
        // O_NONBLOCK, so that opening a named pipe in place of an artifact cannot hang; no effect on regular files.
        let (flags, permissions): (CInt, UInt16) =
            switch mode {
            case .reading(followingLinks: true): (O_RDONLY | O_NONBLOCK, 0)
            case .reading(followingLinks: false): (O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0)
            case .writing: (O_WRONLY | O_NOFOLLOW, 0)
            case .appending: (O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o666)
            case .readingDirectory: (O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
            case .creating(let permissions): (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, permissions)
            case .lock: (O_RDWR | O_CREAT, 0o666)
            }
        return try repeated {
            path.withPlatformString { openat(directory, $0, flags | O_CLOEXEC, mode_t(permissions)) }
        }
    }

    static func close(_ descriptor: CInt) {
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
    }

    static func read(
        _ descriptor: CInt,
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int64
    ) throws(Errno) -> Int {
        try repeated { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    static func write(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer, at offset: Int64) throws(Errno) -> Int {
        try repeated { pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Writes what nobody will read soon: the disk gets it at once and, where the system can, memory does not keep it.
    static func writeUncached(
        _ descriptor: CInt,
        _ buffer: UnsafeRawBufferPointer,
        at offset: Int64
    ) throws(Errno) -> Int {
        do throws(Errno) {
            return try repeated { ci_write_uncached(descriptor, buffer.baseAddress, buffer.count, offset) }
        } catch {
            // Older systems, and file systems that cannot.
            guard [.notSupported, .noFunction, .invalidArgument].contains(error) else { throw error }
        }
        let count = try write(descriptor, buffer, at: offset)
        startWriteback(descriptor, at: offset, byteCount: Int64(count))
        return count
    }

    /// Asks the system to begin writing a range to the disk, without waiting; where it cannot, it will do so later.
    static func startWriteback(_ descriptor: CInt, at offset: Int64, byteCount: Int64) {
        ci_start_writeback(descriptor, offset, byteCount)
    }

    /// Waits until the descriptor's bytes are on the disk, its own cache included where the system can say so.
    static func synchronize(_ descriptor: CInt) throws(Errno) {
        #if canImport(Darwin)
            // fsync stops at the drive's cache; not every file system there knows F_FULLFSYNC.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        _ = try repeated { fsync(descriptor) }
    }

    static func resize(_ descriptor: CInt, to size: Int64) throws(Errno) {
        _ = try repeated { ftruncate(descriptor, off_t(size)) }
    }

    static func status(of descriptor: CInt) throws(Errno) -> FileStatus {
        var buffer = stat()
        _ = try repeated { fstat(descriptor, &buffer) }
        return FileStatus(buffer)
    }

    static func status(
        of path: FilePath,
        at directory: CInt = currentDirectory,
        followingLinks: Bool
    ) throws(Errno) -> FileStatus {
        var buffer = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        _ = try repeated { path.withPlatformString { fstatat(directory, $0, &buffer, flags) } }
        return FileStatus(buffer)
    }

    static func status(of name: String, at directory: CInt) throws(Errno) -> FileStatus {
        var buffer = stat()
        _ = try repeated { fstatat(directory, name, &buffer, AT_SYMLINK_NOFOLLOW) }
        return FileStatus(buffer)
    }

    static func realPath(of path: FilePath) throws(Errno) -> FilePath {
        guard let found = path.withPlatformString({ realpath($0, nil) }) else { throw Errno(rawValue: errno) }
        defer { free(found) }
        return FilePath(platformString: found)
    }

    static func rename(_ source: FilePath, to destination: FilePath) throws(Errno) {
        _ = try repeated {
            source.withPlatformString { source in
                destination.withPlatformString { renameat(AT_FDCWD, source, AT_FDCWD, $0) }
            }
        }
    }

    /// Lets two paths change places in one step; throws `invalidArgument` or `noFunction` where the file system cannot.
    static func exchange(_ first: FilePath, _ second: FilePath) throws(Errno) {
        _ = try repeated {
            first.withPlatformString { first in second.withPlatformString { ci_exchange(first, $0) } }
        }
    }

    static func remove(_ path: FilePath, at directory: CInt = currentDirectory) throws(Errno) {
        _ = try repeated { path.withPlatformString { unlinkat(directory, $0, 0) } }
    }

    static func removeDirectory(_ path: FilePath, at directory: CInt = currentDirectory) throws(Errno) {
        _ = try repeated { path.withPlatformString { unlinkat(directory, $0, AT_REMOVEDIR) } }
    }

    static func createDirectory(_ path: FilePath, permissions: UInt16) throws(Errno) {
        _ = try repeated { path.withPlatformString { mkdir($0, mode_t(permissions)) } }
    }

    static func createLink(target: String, at path: FilePath) throws(Errno) {
        _ = try repeated { path.withPlatformString { symlink(target, $0) } }
    }

    /// Reads a link's target; one longer than the buffer comes back cut, so the caller asks again with a larger one.
    static func readLink(_ path: FilePath, into buffer: UnsafeMutableBufferPointer<CChar>) throws(Errno) -> Int {
        try repeated {
            path.withPlatformString { link in buffer.baseAddress.map { readlink(link, $0, buffer.count) } ?? 0 }
        }
    }

    static func changeMode(_ path: FilePath, permissions: UInt16) throws(Errno) {
        _ = try repeated { path.withPlatformString { chmod($0, mode_t(permissions)) } }
    }

    /// Sets a file's times of access and change to now.
    static func touch(_ path: FilePath) throws(Errno) {
        _ = try repeated { path.withPlatformString { utimensat(AT_FDCWD, $0, nil, 0) } }
    }

    /// Sets when a file was modified, in ns since 1970.
    static func setModified(_ time: Int64, of path: FilePath) throws(Errno) {
        let moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        _ = try repeated { path.withPlatformString { utimensat(AT_FDCWD, $0, [moment, moment], 0) } }
    }

    /// Maps a whole file for reading; the caller unmaps it.
    static let pageSize = Int(sysconf(CInt(_SC_PAGESIZE)))

    static func map(_ descriptor: CInt, byteCount: Int) throws(Errno) -> UnsafeMutableRawPointer {
        guard let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw Errno(rawValue: errno)
        }
        return start
    }

    /// Lets go of the mapped pages of a range; they come back from the file when they are touched again.
    static func release(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        _ = madvise(start, byteCount, MADV_DONTNEED)
    }

    /// Says whether a mapped range is read from end to end, so that the system reads ahead of who does.
    static func expect(_ start: UnsafeMutableRawPointer, byteCount: Int, inOrder: Bool) {
        _ = madvise(start, byteCount, inOrder ? MADV_SEQUENTIAL : MADV_NORMAL)
    }

    static func unmap(_ start: UnsafeMutableRawPointer, byteCount: Int) {
        _ = munmap(start, byteCount)
    }

    /// Tries to lock without waiting; false when another holder is in the way.
    static func tryLock(_ descriptor: CInt, exclusively: Bool) throws(Errno) -> Bool {
        do {
            _ = try repeated { flock(descriptor, (exclusively ? LOCK_EX : LOCK_SH) | LOCK_NB) }
            return true
        } catch .wouldBlock {
            return false
        }
    }

    /// Gives a lock up, whoever else has the same open file.
    static func unlock(_ descriptor: CInt) { _ = flock(descriptor, LOCK_UN) }

    /// The process's identifier, which names its temporary files.
    static var processIdentifier: Int32 { getpid() }

    /// Nanoseconds since 1970.
    static var wallClock: Int64 {
        var time = timespec()
        _ = clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Opens a pipe that no child inherits, with room for many requests and answers.
    static func pipe() throws(Errno) -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [-1, -1]
        guard ends.withUnsafeMutableBufferPointer({ ci_pipe($0.baseAddress) }) == 0 else {
            throw Errno(rawValue: errno)
        }
        return (ends[0], ends[1])
    }

    /// Reads what comes next from a pipe: nothing at its end.
    static func readNext(_ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        try repeated {
            #if canImport(Darwin)
                Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    /// Writes to a pipe as much as it takes, after waiting until it takes some.
    static func writeNext(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) throws(Errno) -> Int {
        try repeated {
            #if canImport(Darwin)
                Darwin.write(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
                Musl.write(descriptor, buffer.baseAddress, buffer.count)
            #else
                Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }

    /// The numbers of the standard output and the standard error.
    static let outputStreams = [STDOUT_FILENO, STDERR_FILENO]

    /// Lets a number stand for what another one does, in one step.
    static func replace(_ descriptor: CInt, by other: CInt) throws(Errno) {
        _ = try repeated { dup2(other, descriptor) }
    }

    /// Waits for something to read, or the end; false when nothing came in that time.
    static func wait(forInput descriptor: CInt, milliseconds: Int32) throws(Errno) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return try repeated { poll(&entry, 1, milliseconds) } > 0
    }

    /// Makes writing to a pipe that nobody reads an error on this thread, and not the end of the process.
    static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Blocks the calling thread.
    static func sleep(milliseconds: UInt32) {
        _ = usleep(milliseconds * 1000)
    }
}

extension FileStatus {
    /// Creates the status from the C structure.
    fileprivate init(_ raw: stat) {
        #if canImport(Darwin)
            let (modified, changed) = (raw.st_mtimespec, raw.st_ctimespec)
        #else
            let (modified, changed) = (raw.st_mtim, raw.st_ctim)
        #endif
        let kind: Kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        self.init(
            kind: kind,
            device: UInt64(truncatingIfNeeded: raw.st_dev),
            inode: UInt64(raw.st_ino),
            size: Int64(raw.st_size),
            modified: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec),
            changed: Int64(changed.tv_sec) * 1_000_000_000 + Int64(changed.tv_nsec),
            permissions: UInt16(truncatingIfNeeded: raw.st_mode) & 0o7777
        )
    }
}
