import Store
import SystemIO
import SystemPackage
import Testing

@testable import Operations

/// What the files of artifacts hash to.
struct ArtifactHashTests {
    @Test func `The time of a read is taken before the file is opened`() async throws {
        let scratch = FilePath("/tmp/operations-tests-\(UInt64.random(in: .min ... .max))")
        defer { try? Directories.removeTree(scratch) }
        try Directories.create(scratch, durable: false)
        let path = scratch.appending("m.bin")
        try DurableFile.write([1, 2, 3], to: path, durable: false)
        let files = try #require(try ArtifactFiles(at: path))
        var cache = StatCache(scratch.appending("cache"))
        let hash = ArtifactHash(
            pool: .shared,
            cancellation: Cancellation(),
            now: {
                try? DurableFile.remove(path)
                return WallClock.now()
            }
        )
        do {
            _ = try await hash.pointer(of: files, cache: &cache)
            Issue.record("the file was read before the clock")
        } catch let error as IOError { #expect(error.errno == .noSuchFileOrDirectory) }
    }
}
