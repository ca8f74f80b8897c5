import Codec
import ModelCore
import TestSupport
import Testing

@Suite struct PartwiseSHA256Tests {
    @Test func digestsOfPartsAndWholeAreThoseOfOneAtATime() {
        var random = PseudoRandom(seed: 256)
        let boundaries = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 4097]
        for _ in 0..<50 {
            let parts = (0..<8).map { _ in
                let count = boundaries[Int(random.next() % UInt64(boundaries.count))]
                return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            var partwise = PartwiseSHA256()
            for (index, part) in parts.enumerated() {
                if index % 3 == 2 {
                    part.withUnsafeBytes { partwise.append($0) }
                } else {
                    #expect(part.withUnsafeBytes { partwise.add($0) } == SHA256.digest(of: part))
                }
            }
            #expect(partwise.finish() == SHA256.digest(of: Array(parts.joined())))
        }
    }

    @Test func digestsOfTwoMessagesInPiecesAreThoseOfOneAtATime() {
        var random = PseudoRandom(seed: 258)
        let lengths = [0, 1, 55, 63, 64, 65, 130, 4097]
        for _ in 0..<50 {
            var messages: [[UInt8]] = [[], []]
            var paired = PairedSHA256()
            for _ in 0..<6 {
                let pieces = (0..<2).map { _ in random.bytes(lengths[Int(random.next() % UInt64(lengths.count))]) }
                pieces[0].withUnsafeBytes { one in pieces[1].withUnsafeBytes { other in paired.update(one, other) } }
                for number in 0..<2 { messages[number] += pieces[number] }
            }
            #expect(paired.finish() == (SHA256.digest(of: messages[0]), SHA256.digest(of: messages[1])))
        }
    }

    @Test func digestsOfTwoMessagesAreThoseOfOneAtATime() {
        var random = PseudoRandom(seed: 257)
        let lengths = [0, 1, 63, 64, 65, 1000, 4096, 70_000]
        for first in lengths {
            for second in lengths {
                let messages = [first, second].map { (0..<$0).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
                let digests = messages[0].withUnsafeBytes { one in
                    messages[1].withUnsafeBytes { other in SHA256.digests(of: one, other) }
                }
                #expect(digests.0 == SHA256.digest(of: messages[0]))
                #expect(digests.1 == SHA256.digest(of: messages[1]))
            }
        }
    }

    @Test func `A digest goes on from what was written down of a beginning`() throws {
        var random = PseudoRandom(seed: 259)
        for length in [0, 1, 55, 63, 64, 65, 130, 4097] {
            let (first, second) = (random.bytes(length), random.bytes(100))
            var partwise = PartwiseSHA256()
            first.withUnsafeBytes { partwise.append($0) }
            guard let beginning = partwise.beginning else {
                #expect(!HashedBeginning.isAvailable)
                continue
            }
            var writer = ByteWriter()
            beginning.encode(into: &writer)
            let read = try writer.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes, format: "state")
                defer { #expect(reader.remaining == 0) }
                return try HashedBeginning(from: &reader, byteCount: Int64(length))
            }
            var rest = PartwiseSHA256(continuing: read)
            #expect(second.withUnsafeBytes { rest.add($0) } == SHA256.digest(of: second))
            #expect(rest.finish() == SHA256.digest(of: first + second))
        }
    }
}
