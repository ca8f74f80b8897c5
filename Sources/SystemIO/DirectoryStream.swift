import SystemPackage

#if canImport(Darwin)
    import Darwin
    private typealias DirectoryPointer = UnsafeMutablePointer<DIR>
#elseif canImport(Musl)
    import Musl
    private typealias DirectoryPointer = OpaquePointer
#else
    import Glibc
    private typealias DirectoryPointer = OpaquePointer
#endif

/// An open directory, read entry by entry in the system's order.
struct DirectoryStream: ~Copyable {
    /// The directory's path, for messages.
    let path: FilePath
    private let pointer: DirectoryPointer

    /// Opens a directory that is no link, by a path relative to another open one.
    ///
    /// `fullPath` is what errors name.
    init(_ relativePath: FilePath, at parent: CInt = SystemCall.currentDirectory, fullPath: FilePath) throws(IOError) {
        let descriptor = try IOError.naming(.list, fullPath) { () throws(Errno) in
            try SystemCall.open(relativePath, at: parent, .readingDirectory)
        }
        guard let pointer = fdopendir(descriptor) else {
            let code = Errno(rawValue: errno)
            SystemCall.close(descriptor)
            throw IOError(.list, fullPath, code)
        }
        self.pointer = pointer
        path = fullPath
    }

    deinit {
        _ = closedir(pointer)
    }

    /// The directory's descriptor, for calls on its entries.
    var descriptor: CInt { dirfd(pointer) }

    /// Returns the next entry, `.` and `..` left out; `nil` at the end.
    func next() throws(IOError) -> DirectoryEntry? {
        while true {
            errno = 0
            guard let entry = readdir(pointer) else {
                if errno != 0 { throw IOError(.list, path, Errno(rawValue: errno)) }
                return nil
            }
            let type = CInt(entry.pointee.d_type)
            // SAFETY: the name ends in NUL and stays valid until the next call of readdir on this stream.
            let found = try withUnsafePointer(to: &entry.pointee.d_name) { (field) throws(IOError) in
                try decode(UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self), type: type)
            }
            if let found { return found }
        }
    }

    private func decode(_ name: UnsafePointer<CChar>, type: CInt) throws(IOError) -> DirectoryEntry? {
        let dot = CChar(UInt8(ascii: "."))
        if name[0] == dot, name[1] == 0 || (name[1] == dot && name[2] == 0) { return nil }
        guard let text = String(validatingCString: name) else {
            throw IOError(.decodeName, path.pushing(FilePath(platformString: name)), .illegalByteSequence)
        }
        switch type {
        case CInt(DT_REG): return DirectoryEntry(name: text, kind: .regular)
        case CInt(DT_DIR): return DirectoryEntry(name: text, kind: .directory)
        case CInt(DT_LNK): return DirectoryEntry(name: text, kind: .symbolicLink)
        case CInt(DT_UNKNOWN):
            // Some file systems leave the type to lstat; what has vanished since is as good as never listed.
            guard let status = try status(of: text) else { return nil }
            return DirectoryEntry(name: text, kind: status.kind)
        default: return DirectoryEntry(name: text, kind: .other)
        }
    }

    /// Returns the status of one entry, links not followed; `nil` when it has vanished.
    func status(of name: String) throws(IOError) -> FileStatus? {
        do {
            return try SystemCall.status(of: name, at: descriptor)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw IOError(.inspect, path.appending(name), error)
        }
    }

    /// Returns all entries that are left, sorted by the bytes of their paths: a directory as if its name ended in `/`.
    func sortedEntries() throws(IOError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        while let entry = try next() { entries.append(entry) }
        return DirectoryEntry.sorted(entries)
    }

    /// Returns all entries that are left, sorted the same, and why others have none: their names are not UTF-8.
    func readableEntries() throws(IOError) -> (entries: [DirectoryEntry], problems: [IOError]) {
        var entries: [DirectoryEntry] = []
        var problems: [IOError] = []
        var isAtEnd = false
        while !isAtEnd {
            do throws(IOError) {
                if let entry = try next() { entries.append(entry) } else { isAtEnd = true }
            } catch {
                guard error.operation == .decodeName else { throw error }
                problems.append(error)
            }
        }
        return (DirectoryEntry.sorted(entries), problems)
    }
}
