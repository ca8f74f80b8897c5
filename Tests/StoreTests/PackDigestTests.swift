import Codec
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

/// Packs are named by what the disk has of them.
@Suite struct PackDigestTests {
    private static let counts = [0, 1, 262_143, 262_144, 262_145, 700_000]

    private func file(_ bytes: [UInt8]) throws -> TemporaryFile {
        let file = try TemporaryFile(beside: FilePath("/tmp/pack"))
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(IOError) in try file.write(buffer, at: 0) }
        }
        try result.get()
        return file
    }

    @Test(arguments: counts, counts)
    func `two files of any lengths have the names that each has alone`(first: Int, second: Int) throws {
        var random = PseudoRandom(seed: UInt64(first + second))
        let (bytes, others) = (random.bytes(first), random.bytes(second))
        let one = try file(bytes)
        let other = try file(others)
        let names = try PackDigest.of(one.file, byteCount: first, other.file, byteCount: second)
        #expect(names == (SHA256.digest(of: bytes), SHA256.digest(of: others)))
        #expect(try PackDigest.of(one.file, byteCount: first) == names.0)
    }

    @Test func `a file that was cut gets no name`() throws {
        let one = try file([1, 2, 3])
        let other = try file([1, 2, 3, 4])
        let errors = [
            #expect(throws: IOError.self) { try PackDigest.of(one.file, byteCount: 4) },
            #expect(throws: IOError.self) { try PackDigest.of(one.file, byteCount: 4, other.file, byteCount: 4) },
            #expect(throws: IOError.self) { try PackDigest.of(other.file, byteCount: 4, one.file, byteCount: 4) },
        ]
        #expect(errors.allSatisfy { $0?.path == one.path })
    }
}
