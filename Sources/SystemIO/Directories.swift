package import SystemPackage

/// Making and removing directories.
package enum Directories {
    /// Creates a directory and the parents it lacks; one that exists, or a link to one, is no error.
    ///
    /// Durable means that the new names survive a power cut. The umask narrows the permissions, unless a group shares
    /// the parent.
    package static func create(_ path: FilePath, permissions: UInt16 = 0o777, durable: Bool = true) throws(IOError) {
        try create(path, permissions: permissions, durable: durable, withParents: true)
    }

    /// A directory in which none can be made, such as `/proc`, says that it is missing although it is there.
    private static func create(
        _ path: FilePath,
        permissions: UInt16,
        durable: Bool,
        withParents: Bool
    ) throws(IOError) {
        do {
            try SystemCall.createDirectory(path, permissions: permissions)
        } catch .fileExists {
            guard try FileStatus.of(path, followingLinks: true)?.kind == .directory else {
                throw IOError(.createDirectory, path, .notDirectory)
            }
            return
        } catch .noSuchFileOrDirectory where withParents && path.parent != path && path.parent != "." {
            try create(path.parent, permissions: permissions, durable: durable, withParents: true)
            return try create(path, permissions: permissions, durable: durable, withParents: false)
        } catch {
            throw IOError(.createDirectory, path, error)
        }
        try GroupSharing.extend(path, asked: permissions)
        if durable { try DurableFile.synchronizeDirectory(path.parent) }
    }

    /// Removes a directory and everything below it; links are removed, never followed.
    ///
    /// What is missing is no error.
    package static func removeTree(_ path: FilePath) throws(IOError) {
        guard let status = try FileStatus.of(path) else { return }
        guard status.kind == .directory else { return try DurableFile.remove(path) }
        try removeContents(of: DirectoryStream(path, fullPath: path))
        try IOError.naming(.remove, path) { () throws(Errno) in try SystemCall.removeDirectory(path) }
    }

    /// Removes a directory if it is empty and returns whether it is gone.
    package static func removeIfEmpty(_ path: FilePath) throws(IOError) -> Bool {
        do {
            try SystemCall.removeDirectory(path)
            return true
        } catch .directoryNotEmpty, .fileExists {
            return false
        } catch .noSuchFileOrDirectory {
            return true
        } catch {
            throw IOError(.remove, path, error)
        }
    }

    /// Removes the directories below a directory that hold no file at any depth; the directory itself stays.
    package static func removeEmptyDirectories(in path: FilePath) throws(IOError) {
        let entries = try DirectoryStream(path, fullPath: path).sortedEntries()
        for entry in entries where entry.kind == .directory {
            let directory = path.appending(entry.name)
            try removeEmptyDirectories(in: directory)
            _ = try removeIfEmpty(directory)
        }
    }

    private static func removeContents(of directory: borrowing DirectoryStream) throws(IOError) {
        // Listed whole before anything is removed: what readdir gives during removals is not specified.
        for entry in try directory.sortedEntries() {
            let fullPath = directory.path.appending(entry.name)
            if entry.kind == .directory {
                try removeContents(
                    of: DirectoryStream(FilePath(entry.name), at: directory.descriptor, fullPath: fullPath)
                )
            }
            try IOError.naming(.remove, fullPath) { () throws(Errno) in
                if entry.kind == .directory {
                    try SystemCall.removeDirectory(FilePath(entry.name), at: directory.descriptor)
                } else {
                    try SystemCall.remove(FilePath(entry.name), at: directory.descriptor)
                }
            }
        }
    }
}
