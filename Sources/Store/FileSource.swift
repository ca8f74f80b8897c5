import ModelCore
import SystemIO
import SystemPackage

/// A file that is being added, read by position and compared at the end with what it was at the start.
///
/// Files of the working copy are read, never mapped: one that is truncated meanwhile would kill the process.
final class FileSource: Sendable {
    let path: FilePath
    let status: FileStatus
    private let file: OpenFile

    init(_ path: FilePath) throws(StoreError) {
        self.path = path
        file = try FileSource.open(path)
        status = try FileSource.status(of: file)
        // A pipe or device has no size, and would pass for an empty file.
        guard status.kind == .regular else { throw .io(IOError(.read, path, .notSupported)) }
    }

    private static func open(_ path: FilePath) throws(StoreError) -> OpenFile {
        do { return try OpenFile(reading: path, followingLinks: false) } catch { throw .io(error) }
    }

    private static func status(of file: borrowing OpenFile) throws(StoreError) -> FileStatus {
        do { return try file.status() } catch { throw .io(error) }
    }

    /// Fills `buffer` from `offset`, on any thread; a file that is shorter than it was is an error.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StoreError) {
        let count: Int
        do { count = try file.read(into: buffer, at: offset) } catch { throw .io(error) }
        guard count == buffer.count else { throw .changedWhileRead(path) }
    }

    /// Refuses a file whose size, times or identity changed since it was opened, or whose name is another file's now.
    func requireUnchanged() throws(StoreError) {
        do {
            guard try file.status() == status, try FileStatus.of(path) == status else {
                throw StoreError.changedWhileRead(path)
            }
        } catch let error as IOError { throw .io(error) } catch { throw .changedWhileRead(path) }
    }
}
