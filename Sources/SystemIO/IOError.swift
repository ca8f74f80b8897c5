package import SystemPackage

/// A failed operation on a file: what was tried, on which path, and the system's answer.
package struct IOError: Error, Sendable, Equatable {
    /// What was tried, spelled as the verb of a message.
    package enum Operation: String, Sendable {
        case open
        case create
        case read
        case write
        case synchronize = "flush"
        case resize
        case map
        case inspect
        case rename
        case remove
        case list
        case lock
        case createDirectory = "create directory"
        case readLink = "read link"
        case createLink = "create link"
        case changeMode = "change the mode of"
        case touch = "update the time of"
        case run
        /// Reading a file's name, which is not UTF-8; the path ends in the raw bytes of that name.
        case decodeName = "use the name of"
    }

    /// What was tried.
    package let operation: Operation

    /// The file or directory that it was tried on.
    package let path: FilePath

    /// The system's reason.
    package let errno: Errno

    /// Creates an error from its three parts.
    package init(_ operation: Operation, _ path: FilePath, _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Runs a system call and names operation and path should it fail.
    static func naming<R: ~Copyable>(
        _ operation: Operation,
        _ path: FilePath,
        _ body: () throws(Errno) -> R
    ) throws(IOError) -> R {
        do {
            return try body()
        } catch {
            throw IOError(operation, path, error)
        }
    }
}

extension IOError: CustomStringConvertible {
    /// One line for a message, such as `cannot open /x: No such file or directory`.
    package var description: String {
        if operation == .decodeName {
            return "cannot use the name of a file in \(path.removingLastComponent()): it is not valid UTF-8 (\(path))"
        }
        return "cannot \(operation.rawValue) \(path): \(errno)"
    }
}
