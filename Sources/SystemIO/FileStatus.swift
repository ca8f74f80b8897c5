package import SystemPackage

/// What the system says about a file, with times exact to the nanosecond for change detection.
package struct FileStatus: Sendable, Equatable {
    /// What a path leads to.
    package enum Kind: Sendable {
        case regular
        case directory
        case symbolicLink
        /// A socket, named pipe or device.
        case other
    }

    /// What the path leads to.
    package let kind: Kind

    /// The file system's number.
    package let device: UInt64

    /// The file's number within its file system.
    package let inode: UInt64

    /// The number of bytes; of a link, of its target's text.
    package let size: Int64

    /// When the bytes last changed, in nanoseconds since 1970.
    package let modified: Int64

    /// When bytes or metadata last changed, in nanoseconds since 1970.
    package let changed: Int64

    /// The twelve permission bits.
    package let permissions: UInt16

    /// Whether the owner may execute the file, the one bit that Git keeps.
    package var isExecutable: Bool { permissions & 0o100 != 0 }

    /// Returns whether two paths lead to the same file or directory, links followed; what does not exist is the same as
    /// nothing.
    package static func isSame(_ first: FilePath, _ second: FilePath) throws(IOError) -> Bool {
        guard let first = try of(first, followingLinks: true), let second = try of(second, followingLinks: true) else {
            return false
        }
        return first.device == second.device && first.inode == second.inode
    }

    /// Returns a path's status; `nil` when it, or a directory on the way, does not exist.
    ///
    /// The path's last component is not followed unless asked for; its parents are.
    package static func of(_ path: FilePath, followingLinks: Bool = false) throws(IOError) -> FileStatus? {
        do {
            return try SystemCall.status(of: path, followingLinks: followingLinks)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch {
            throw IOError(.inspect, path, error)
        }
    }

    /// Returns an absolute path without links on its way; what does not exist keeps its name below the real path of
    /// what does.
    package static func realPath(of path: FilePath) throws(IOError) -> FilePath {
        do {
            return try SystemCall.realPath(of: path)
        } catch .noSuchFileOrDirectory, .notDirectory {
            guard let name = path.lastComponent else { return path }
            return try realPath(of: path.removingLastComponent()).appending(name)
        } catch {
            throw IOError(.inspect, path, error)
        }
    }
}
