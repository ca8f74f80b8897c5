import Glibc
@testable import SystemIO
import SystemPackage
import Testing

@Suite struct FileLockTests {
    /// The descriptors of a file that this process has open.
    private func descriptors(of path: FilePath) throws -> [CInt] {
        try DirectoryEntry.all(in: "/proc/self/fd").compactMap { entry in
            guard let target = try? SymbolicLink.target(of: FilePath("/proc/self/fd").appending(entry.name)) else {
                return nil
            }
            return target == path.string ? CInt(entry.name) : nil
        }
    }

    @Test func `A lock that ended is free, although a child that is being made has its file open`() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path.appending("lock")
        func take() throws -> [CInt] {
            let lock = try FileLock(path, mode: .exclusive, wait: nil)
            #expect(throws: LockError.held(path)) { _ = try FileLock(path, mode: .shared, wait: nil) }
            defer { extendLifetime(lock) }
            // As fork(2) does, for the child.
            return try descriptors(of: path).map { dup($0) }
        }
        let copies = try take()
        defer { for copy in copies { close(copy) } }
        #expect(!copies.isEmpty)
        let lock = try FileLock(path, mode: .exclusive, wait: nil)
        extendLifetime(lock)
    }

    @Test func `Who holds a lock can be told`() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path.appending("lock")
        let lock = try FileLock(path, mode: .exclusive, wait: nil)
        #expect(FileLock.holder(of: path) == getpid())
        extendLifetime(lock)
        #expect(FileLock.holder(of: scratch.path.appending("none")) == nil)
    }

    @Test func `In the table of locks only who holds one counts, and only a number that is whole`() {
        let table = """
            1: POSIX  ADVISORY  WRITE 11 fe:00:531 0 EOF
            2: FLOCK  ADVISORY  WRITE 12 fe:00:5310 0 EOF
            3: FLOCK  ADVISORY  WRITE 0 fe:00:531 0 EOF
            4: FLOCK  ADVISORY  READ 14 fd:01:531 0 EOF
            4: -> FLOCK  ADVISORY  WRITE 15 fd:01:531 0 EOF
            nonsense

            """
        #expect(FileLock.holder(ofFile: 531, onDevice: 0, in: table) == 14)
        #expect(FileLock.holder(ofFile: 31, onDevice: 0, in: table) == nil)
        // Another file of the same number: its device tells it, or nobody does.
        let both = table + "5: FLOCK  ADVISORY  WRITE 16 00:2a:531 0 EOF\n"
        #expect(FileLock.holder(ofFile: 531, onDevice: 0x2a, in: both) == 16)
        #expect(FileLock.holder(ofFile: 531, onDevice: 0xfd01, in: both) == 14)
        #expect(FileLock.holder(ofFile: 531, onDevice: 0x801, in: both) == nil)
    }
}
