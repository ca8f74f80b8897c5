package import SystemPackage

/// A file under construction beside its destination, which appears there whole or not at all.
///
/// Removed when it goes out of scope uncommitted; one left by a killed process is recognised by `isTemporary`.
package struct TemporaryFile: ~Copyable, Sendable {
    private static let prefix = ".git-model-tmp-"

    /// What matches the name of every temporary file, as a pattern of the shell and of Git.
    package static let pattern = prefix + "*"

    /// Stands in a name for the process where that is on another machine, which takes no part in locks here.
    package static let elsewhere: Int32 = 0

    /// The file, readable and writable at any offset from any thread.
    package let file: OpenFile
    private var isCommitted = false

    /// Creates an empty file in the destination's directory; the umask narrows the permissions, unless a group shares
    /// that.
    package init(beside destination: FilePath, permissions: UInt16 = 0o666) throws(IOError) {
        let created = try OpenFile(creating: TemporaryFile.path(beside: destination), permissions: permissions)
        try GroupSharing.extend(created.path, asked: permissions)
        file = created
    }

    deinit {
        // Nothing waits for the answer: a file that stays behind is garbage that gc knows by its name.
        if !isCommitted { try? SystemCall.remove(file.path) }
    }

    /// Where the file is until it is committed.
    package var path: FilePath { file.path }

    /// Writes all bytes at an offset; any thread may call it.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(IOError) {
        try file.write(bytes, at: offset)
    }

    /// Writes all bytes at an offset, as what nobody will read soon; any thread may call it.
    package func writeUncached(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(IOError) {
        try file.writeUncached(bytes, at: offset)
    }

    /// Lets the system begin to write a range to the disk; any thread may call it.
    package func startWriteback(at offset: Int64, byteCount: Int64) {
        file.startWriteback(at: offset, byteCount: byteCount)
    }

    /// Puts the file at its destination, over what is there, in the durable order: fsync, rename, fsync of the
    /// directory.
    ///
    /// Only what can be rebuilt from elsewhere (caches, the working tree) may leave durability out.
    package consuming func commit(to destination: FilePath, durable: Bool) throws(IOError) {
        if durable { try file.synchronize() }
        let source = file.path
        try IOError.naming(.rename, destination) { () throws(Errno) in
            try SystemCall.rename(source, to: destination)
        }
        isCommitted = true
        if durable { try DurableFile.synchronizeDirectory(destination.parent) }
    }

    /// Returns whether a file's name is one of ours: garbage, unless the process that made it still runs.
    package static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix(prefix)
    }

    /// Returns the process that made the temporary file of this name; `nil` when the name is none of ours.
    package static func processIdentifier(of name: String) -> Int32? {
        guard isTemporary(name) else { return nil }
        return name.dropFirst(prefix.count).split(separator: "-").first.flatMap { Int32($0) }
    }

    /// Returns an unused path in the directory of another.
    static func path(beside destination: FilePath) -> FilePath {
        destination.removingLastComponent().appending(unusedName())
    }

    /// Returns a name that no other temporary file has, for those that are made in another way, or on another machine.
    package static func unusedName(elsewhere isElsewhere: Bool = false) -> String {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(prefix)\(isElsewhere ? elsewhere : SystemCall.processIdentifier)-\(random)"
    }
}

extension FilePath {
    /// The directory that holds this path's last component, `.` where the path names none.
    var parent: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}
