package import SystemPackage

/// Why a relative path, from Git or from a remote, is not used.
package enum UnsafePathError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A component is empty, `.`, `..`, or contains `/` or NUL.
    case invalidComponent(String, root: FilePath)
    /// A parent directory of `path` is a symbolic link, which may lead anywhere.
    case symbolicLink(FilePath, inTheWayOf: FilePath)
    /// A parent of `path` is a file.
    case notDirectory(FilePath, inTheWayOf: FilePath)
    /// The system refused to look.
    case io(IOError)

    /// One line for a message.
    package var description: String {
        switch self {
        case .invalidComponent(let component, let root):
            "\"\(component.replacing("\0", with: "\\0"))\" cannot be part of a path below \(root)"
        case .symbolicLink(let link, let path): "\(link) is a symbolic link in the way of \(path)"
        case .notDirectory(let file, let path): "\(file) is no directory, in the way of \(path)"
        case .io(let error): error.description
        }
    }
}

/// Relative paths of unknown origin, resolved below a root that is trusted.
package enum SafeRelativePath {
    /// Returns the path of `components` below `root`, after a look at each parent, none of which may be a link.
    ///
    /// The root itself may be reached by links. The last component is not looked at; parents may be missing. The answer
    /// holds as long as nobody else changes the directories: it protects from hostile data, not from hostile processes.
    package static func resolve(root: FilePath, components: [String]) throws(UnsafePathError) -> FilePath {
        for component in components where !isValid(component) {
            throw .invalidComponent(component, root: root)
        }
        let path = components.reduce(root) { $0.appending($1) }
        guard components.count > 1 else { return path }
        guard var directory = try open(root, named: root, at: nil, inTheWayOf: path) else { return path }
        var name = root
        for component in components.dropLast() {
            name.append(component)
            guard let next = try open(FilePath(component), named: name, at: directory.number, inTheWayOf: path) else {
                return path
            }
            directory = next
        }
        return path
    }

    private static func isValid(_ component: String) -> Bool {
        !component.isEmpty && component != "." && component != ".."
            && !component.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }

    /// Opens one parent; `nil` when it does not exist.
    private static func open(
        _ relativePath: FilePath,
        named name: FilePath,
        at directory: CInt?,
        inTheWayOf path: FilePath
    ) throws(UnsafePathError) -> Descriptor? {
        do {
            return Descriptor(
                owning: try SystemCall.open(
                    relativePath,
                    at: directory ?? SystemCall.currentDirectory,
                    directory == nil ? .reading(followingLinks: true) : .readingDirectory
                )
            )
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .notDirectory, .tooManySymbolicLinkLevels {
            // Linux says "not a directory" of a link too.
            throw try isLink(name)
                ? .symbolicLink(name, inTheWayOf: path) : .notDirectory(name, inTheWayOf: path)
        } catch {
            throw .io(IOError(.open, name, error))
        }
    }

    private static func isLink(_ path: FilePath) throws(UnsafePathError) -> Bool {
        do {
            return try FileStatus.of(path)?.kind == .symbolicLink
        } catch {
            throw .io(error)
        }
    }
}
