package import ModelCore
import Synchronization
package import SystemIO
package import SystemPackage

/// Files that large objects are written to while they come, so that they need not be decoded once more to be restored.
///
/// What is written is what is hashed: a file is kept only where its bytes have the object's digest. Any of them may be
/// missing in the end, whatever the reason, and nothing depends on it. Safe from any thread; what was not placed is
/// removed with this.
package final class ObjectDrafts: Sendable {
    /// Each one that is kept is an open file, of which a process may have no more than a thousand.
    private static let countLimit = 256

    private let place: @Sendable (Digest, Int64) -> FilePath?
    private let kept = Mutex<[Digest: ObjectDraft]>([:])

    /// Creates the drafts of objects for which `place` returns a path in whose directory there is room for one of that
    /// size in bytes.
    ///
    /// It may be asked for any, of any size: what a remote says that an object has is no reason to write as much.
    package init(beside place: @escaping @Sendable (_ oid: Digest, _ size: Int64) -> FilePath?) { self.place = place }

    /// Starts the file of an object; `nil` where there is to be none.
    func begin(_ entry: ObjectEntry) -> ObjectDraft? {
        guard kept.withLock({ $0.count < ObjectDrafts.countLimit }) else { return nil }
        return place(entry.oid, entry.size).flatMap(ObjectDraft.init(beside:))
    }

    /// Keeps a file that turned out right, unless there are very many.
    func keep(_ draft: ObjectDraft, of oid: Digest) {
        kept.withLock { kept in
            guard kept.count < ObjectDrafts.countLimit else { return }
            kept[oid] = draft
        }
    }

    /// Moves an object's file to its place, over what is there, and returns its status; `nil` where there is none that
    /// could be moved.
    package func put(_ oid: Digest, at path: FilePath) -> FileStatus? {
        kept.withLock { $0.removeValue(forKey: oid) }?.commit(to: path)
    }
}

/// The file of one object, as far as it came.
final class ObjectDraft: Sendable {
    private let file: Mutex<TemporaryFile?>

    /// Starts an empty file in the directory of a path; `nil` where that cannot be.
    init?(beside place: FilePath) {
        do throws(IOError) { file = Mutex(try TemporaryFile(beside: place)) } catch { return nil }
    }

    /// Writes bytes at their offset; a file that cannot take them is given up.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        file.withLock { file in
            guard let open = file.take() else { return }
            do throws(IOError) { try open.write(bytes, at: offset) } catch { return }
            file = consume open
        }
    }

    /// Moves the file to its place; `nil` where it was given up, or is not to be moved there, as to another file
    /// system.
    func commit(to path: FilePath) -> FileStatus? {
        guard let open = file.withLock({ $0.take() }) else { return nil }
        do throws(IOError) {
            try open.commit(to: path, durable: false)
            return try FileStatus.of(path)
        } catch { return nil }
    }
}
