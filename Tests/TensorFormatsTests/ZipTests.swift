import FuzzTargets
import TensorFormats
import Testing

/// What is legal, or not, of a zip archive; seen through one of NumPy's.
struct ZipTests {
    @Test func `Sizes of 64 bits and data descriptors are understood`() throws {
        let expected = try Recognition.of(bytes: NumPySample.archive.file).layout.tensors
        var large = NumPySample.archive
        large.hasLargeEnd = true
        for position in large.members.indices { large.members[position].isLarge = true }
        let tensors = try Recognition.of(bytes: large.file).layout.tensors
        #expect(
            tensors.map(\.name) == expected.map(\.name) && tensors.map(\.range.count) == expected.map(\.range.count)
        )
        var described = NumPySample.archive
        for position in described.members.indices { described.members[position].flags = 0x0808 }
        let others = try Recognition.of(bytes: described.file).layout.tensors
        #expect(others.map(\.range.count) == expected.map(\.range.count))
    }

    @Test func `A member beyond four gigabytes is found`() throws {
        let far: Int64 = 5 << 30
        var sample = NumPySample.archive
        sample.members[1].isLarge = true
        sample.hasLargeEnd = true
        let file = sample.file
        // The second member and all behind it, moved.
        let cut = Int64(ZipSample([sample.members[0]]).file.count - 22 - 46 - 5)
        sample.members[1].claimedOffset = UInt64(cut + far)
        let whole = sample.file
        let directory = Int64(file.count - 22 - 76 - (46 + 5) - (46 + 5 + 28))
        sample.claimedDirectoryOffset = UInt64(directory + far)
        var tail = Array(sample.file[Int(cut)...])
        let locator = tail.count - 22 - 20
        tail.replaceSubrange((locator + 8)..<(locator + 16), with: Little.endian(Int64(whole.count - 98) + far))
        let source = MemorySource(
            byteCount: Int64(whole.count) + far,
            pieces: [(0, Array(whole[..<Int(cut)])), (cut + far, tail)]
        )
        let tensors = try Recognition.of(source, named: "a.npz").layout.tensors
        #expect(tensors.map(\.name) == ["a", "b"] && tensors[1].range.lowerBound > far)
    }

    private static let hostile: [(reason: String, change: @Sendable (inout ZipSample) -> Void)] = [
        ("the header of member \"a.npy\" disagrees", { $0.members[0].localName = "x.npy" }),
        ("the header of member \"b.npy\" is missing", { $0.members[1].claimedOffset = 3 }),
        ("is not before the directory", { $0.members[1].claimedOffset = 1 << 31 }),
        ("\"b.npy\" disagrees", { $0.members[1].claimedOffset = 0 }),
        ("disagrees with the directory", { $0.members[0].claimedByteCount = 1 }),
        (
            "reaches into the directory",
            {
                $0.members[1].claimedByteCount = 1 << 40; $0.members[1].isLarge = true
            }
        ),
        (
            "too large",
            {
                $0.members[1].claimedByteCount = .max; $0.members[1].isLarge = true
            }
        ),
        (
            "too large",
            {
                $0.members[1].claimedOffset = 1 << 63; $0.members[1].isLarge = true
            }
        ),
        (
            "overlaps another",
            {
                $0.members.append($0.members[0]); $0.members[2].claimedOffset = 0
            }
        ),
        ("\"a.npy\" occurs twice", { $0.members.append($0.members[0]) }),
        ("is encrypted", { $0.members[0].flags = 1 }), ("is encrypted", { $0.members[0].flags = 0x2000 }),
        ("too short for 60000 members", { $0.claimedCount = 60_000 }),
        (
            "too short for 18446744073709551615",
            {
                $0.claimedCount = .max; $0.hasLargeEnd = true
            }
        ),
        ("more members than it says", { $0.claimedCount = 1 }),
        ("does not reach to its end", { $0.claimedDirectoryOffset = 5 }),
        ("does not reach to its end", { $0.claimedDirectoryByteCount = 1 }),
        (
            "does not reach to its end",
            {
                $0.claimedDirectoryOffset = 1 << 63; $0.hasLargeEnd = true
            }
        ),
        (
            "longer than 67108864 bytes",
            {
                $0.claimedDirectoryByteCount = 1 << 40; $0.hasLargeEnd = true
            }
        ),
        ("it has two ends", { $0.comment = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18) }),
    ]

    @Test(arguments: hostile.indices)
    func `An archive that two readers could take for different ones is opaque and says why`(number: Int) throws {
        var sample = NumPySample.archive
        Self.hostile[number].change(&sample)
        let reason = try Recognition.of(bytes: sample.file, named: "a.npz").reason ?? "none"
        #expect(reason.hasPrefix("npz: ") && reason.contains(Self.hostile[number].reason), "\(reason)")
    }

    @Test func `A comment is allowed, of any length, and other bytes behind the end are not`() throws {
        var sample = NumPySample.archive
        sample.comment = [UInt8](repeating: 0x50, count: 65_535)
        #expect(try Recognition.of(bytes: sample.file).layout.tensors.count == 2)
        #expect(
            try Recognition.of(bytes: sample.file + [0], named: "a.npz").reason?.contains("followed by other bytes")
                == true
        )
        #expect(try Recognition.of(bytes: Array(sample.file.dropLast()), named: "a.npz").reason != nil)
    }

    @Test func `An archive of something else is unknown, however damaged`() throws {
        let sample = ZipSample([.init("word/document.xml", [1, 2, 3])])
        #expect(try Recognition.of(bytes: sample.file, named: "a.docx") == .unknown)
        #expect(try Recognition.of(bytes: Array(sample.file.dropLast()), named: "a.docx") == .unknown)
        #expect(
            try Recognition.of(bytes: sample.file, named: "a.pt").reason
                == "pytorch: it is a zip archive without data.pkl"
        )
        #expect(
            try Recognition.of(bytes: ZipSample([.init("model.weights.h5", [1])]).file, named: "a.keras").reason
                == "HDF5"
        )
    }
}
