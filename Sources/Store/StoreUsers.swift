import Codec
import ModelCore
import SystemIO
package import SystemPackage

/// The repositories that use a store together: files in its directory `users` (`docs/formats.md`).
package struct StoreUsers: Sendable {
    private static let firstLine = "git-model-user 1"
    private static let pathPrefix = "repository "
    private static let byteLimit = 65_536

    private let root: FilePath

    /// Creates a view of the users of the store at `root`.
    package init(ofStoreAt root: FilePath) { self.root = root }

    private var directory: FilePath { root.appending(StoreLayout.users) }

    /// Whether repositories are registered, so that whoever uses the store has to be.
    package var isShared: Bool {
        get throws(StoreError) {
            do { return try FileStatus.of(directory) != nil } catch { throw .io(error) }
        }
    }

    /// Returns the Git directories of all users, sorted: those that registered, and the one that the store lies in, if
    /// any.
    ///
    /// A file that is none of a user is an error: who deletes must know all users.
    package func all() throws(StoreError) -> [FilePath] {
        var users = Set([try owner()].compactMap { $0 })
        guard try isShared else { return Array(users) }
        do {
            for entry in try DirectoryEntry.all(in: directory) where !TemporaryFile.isTemporary(entry.name) {
                users.insert(try StoreUsers.parse(directory.appending(entry.name)))
            }
        } catch let error as IOError { throw .io(error) } catch let error as StoreError { throw error } catch {
            throw .notFound(root)
        }
        return users.sorted { $0.string < $1.string }
    }

    /// Registers a repository by its absolute Git directory; one that is there already is no error.
    package func register(_ repository: FilePath) throws(StoreError) {
        let path = file(of: repository)
        do {
            if try FileStatus.of(path) != nil { return }
            try Directories.create(directory)
            let text = "\(StoreUsers.firstLine)\n\(StoreUsers.pathPrefix)\(repository.string)\n"
            try DurableFile.write(Array(text.utf8), to: path)
        } catch { throw .io(error) }
    }

    /// Takes a repository off the list; returns whether it was on it.
    package func forget(_ repository: FilePath) throws(StoreError) -> Bool {
        let path = file(of: repository)
        do {
            guard try FileStatus.of(path) != nil else { return false }
            try DurableFile.remove(path)
            return true
        } catch { throw .io(error) }
    }

    private func file(of repository: FilePath) -> FilePath {
        directory.appending(SHA256.digest(of: Array(repository.string.utf8)).hex)
    }

    /// The Git directory of the repository whose own store this is, which uses it without being registered.
    private func owner() throws(StoreError) -> FilePath? {
        guard root.lastComponent?.string == "store" else { return nil }
        let model = root.removingLastComponent()
        guard model.lastComponent?.string == "model" else { return nil }
        let repository = model.removingLastComponent()
        do { return try FileStatus.of(repository.appending("HEAD")) == nil ? nil : repository } catch {
            throw .io(error)
        }
    }

    private static func parse(_ path: FilePath) throws(StoreError) -> FilePath {
        let bytes: [UInt8]
        do { bytes = try DurableFile.read(path, limit: byteLimit) } catch { throw .io(error) }
        let text = String(decoding: bytes, as: UTF8.self)
        let first = text.prefix { $0 != "\n" }
        if first != firstLine, first.hasPrefix("git-model-user ") { throw .needsNewerVersion(path, String(first)) }
        let head = "\(firstLine)\n\(pathPrefix)"
        guard text.hasPrefix(head + "/"), text.hasSuffix("\n") else {
            throw .damaged(path, FormatError("user", .malformed("it names no repository")))
        }
        return FilePath(String(text.dropFirst(head.count).dropLast()))
    }
}
