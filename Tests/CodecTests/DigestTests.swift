import Codec
import ModelCore
import TestSupport
import Testing

@testable import Codec

struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the digests of FIPS 180-4`(text: String, digest: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).hex == digest)
    }

    @Test(arguments: [1, 63, 64, 65, 1000])
    func `SHA-256 does not depend on how the bytes arrive`(pieceLength: Int) {
        var random = PseudoRandom(seed: 1)
        let bytes = random.bytes(5000)
        var state = SHA256()
        for start in stride(from: 0, to: bytes.count, by: pieceLength) {
            bytes[start..<min(start + pieceLength, bytes.count)].withUnsafeBytes { state.update($0) }
        }
        #expect(state.finish() == SHA256.digest(of: bytes))
    }

    /// RFC 3720, B.4, and the check value of the Rocksoft model.
    static let checksums: [(bytes: [UInt8], checksum: UInt32)] = [
        ([], 0),
        (Array("123456789".utf8), 0xE306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        ((0..<32).reversed(), 0x113F_DB5C),
    ]

    @Test(arguments: checksums)
    func `CRC-32C gives the known checksums, by instruction and by table`(bytes: [UInt8], checksum: UInt32) {
        #expect(bytes.withUnsafeBytes { CRC32C.checksum($0) } == checksum)
        #expect(bytes.withUnsafeBytes { CRC32C.portableChecksum($0) } == checksum)
    }

    @Test(arguments: 0..<40)
    func `CRC-32C can be continued at any byte, by instruction and by table`(split: Int) {
        var random = PseudoRandom(seed: 2)
        let bytes = random.bytes(40)
        bytes.withUnsafeBytes { bytes in
            let whole = CRC32C.checksum(bytes)
            let (head, tail) = (
                UnsafeRawBufferPointer(rebasing: bytes[..<split]), UnsafeRawBufferPointer(rebasing: bytes[split...])
            )
            #expect(CRC32C.checksum(tail, continuing: CRC32C.checksum(head)) == whole)
            #expect(CRC32C.portableChecksum(tail, continuing: CRC32C.portableChecksum(head)) == whole)
        }
    }

    @Test(arguments: [3071, 3072, 3073, 6144, 9300])
    func `CRC-32C of long stretches is the same by instruction and by table, wherever they start`(count: Int) {
        var random = PseudoRandom(seed: 3)
        random.bytes(count + 1).withUnsafeBytes { bytes in
            for start in [0, 1] {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)])
                let before: UInt32 = 0x1234_5678
                #expect(
                    CRC32C.checksum(part, continuing: before) == CRC32C.portableChecksum(part, continuing: before)
                )
            }
        }
    }
}
