import Testing

@testable import ModelCore

private let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

struct PointerTests {
    private static func text(
        version: String = "1",
        oid: String = "sha256:" + hex,
        size: String = "5",
        kind: String = "file"
    ) -> String {
        "git-model-pointer \(version)\noid \(oid)\nsize \(size)\nkind \(kind)\n"
    }

    @Test(arguments: [ArtifactKind.file, .tree])
    func `A pointer is read back as it was written`(_ kind: ArtifactKind) throws {
        let digest = try #require(Digest(hex: hex))
        let pointer = Pointer(oid: digest, size: .max, kind: kind)
        let text = "git-model-pointer 1\noid sha256:\(hex)\nsize 9223372036854775807\nkind \(kind.rawValue)\n"
        #expect(String(decoding: pointer.encoded, as: UTF8.self) == text)
        #expect(try Pointer(parsing: pointer.encoded) == pointer)
    }

    @Test func `The pointer of an empty file has size zero`() throws {
        #expect(try Pointer(parsing: Array(Self.text(size: "0").utf8)).size == 0)
    }

    static let bad: [(String, PointerError)] = [
        ("", .notAPointer),
        ("version https://git-lfs.github.com/spec/v1\n", .notAPointer),
        (" " + text(), .notAPointer),
        ("\u{FEFF}" + text(), .notAPointer),
        ("git-model-poin", .truncated),
        ("git-model-pointer 1", .truncated),
        ("git-model-pointer 1\noid sha256:\(hex)\nsize 5\nki", .truncated),
        ("git-model-pointer 1\noid sha256:\(hex)\nsize 5\n", .truncated),
        ("git-model-pointer 1\noid sha256:\(hex)\nsi", .truncated),
        (String(text().dropLast()), .missingFinalNewline),
        (String(text(kind: "tree").dropLast()), .missingFinalNewline),
        (text().split(separator: "\n").map { $0 + "\r\n" }.joined(), .carriageReturn),
        (text(kind: "file\r"), .carriageReturn),
        (text(version: "2"), .newerVersion("2")),
        (text(version: "2") + String(repeating: "x", count: 2000), .newerVersion("2")),
        (text(version: "01"), .malformedLine("git-model-pointer 01")),
        (text(version: "one"), .malformedLine("git-model-pointer one")),
        (text(version: "1 "), .malformedLine("git-model-pointer 1 ")),
        (text(oid: hex), .unknownDigest(hex)),
        (text(oid: "blake3:" + hex), .unknownDigest("blake3:" + hex)),
        (text(oid: "sha256:" + hex.uppercased()), .uppercaseDigest("sha256:" + hex.uppercased())),
        (text(oid: "sha256:" + hex.dropLast()), .malformedDigest("sha256:" + hex.dropLast())),
        (text(oid: "sha256:" + hex + "0"), .malformedDigest("sha256:" + hex + "0")),
        (text(oid: "sha256:" + hex + " "), .malformedDigest("sha256:" + hex + " ")),
        (text(size: "-1"), .negativeSize("-1")),
        (text(size: "05"), .leadingZero("05")),
        (text(size: "00"), .leadingZero("00")),
        (text(size: "9223372036854775808"), .sizeOverflow("9223372036854775808")),
        (text(size: "99999999999999999999999999"), .sizeOverflow("99999999999999999999999999")),
        (text(size: ""), .malformedSize("")),
        (text(size: "+5"), .malformedSize("+5")),
        (text(size: "5 "), .malformedSize("5 ")),
        (text(size: "0x5"), .malformedSize("0x5")),
        (text(size: "٥"), .malformedSize("٥")),
        (text(kind: "dir"), .unknownKind("dir")),
        (text(kind: "File"), .unknownKind("File")),
        (text() + "\n", .trailingBytes(1)),
        (text() + "x", .trailingBytes(1)),
        (text() + text(), .trailingBytes(text().utf8.count)),
        (text() + "kind file\n", .trailingBytes(10)),
        (text() + "codec planes\n", .unknownKey("codec")),
        ("git-model-pointer 1\nmd5 1\n", .unknownKey("md5")),
        ("git-model-pointer 1\nsize 5\noid sha256:\(hex)\nkind file\n", .misplacedKey("size", expected: "oid")),
        ("git-model-pointer 1\n\noid sha256:\(hex)\n", .malformedLine("")),
        ("git-model-pointer 1\noid\n", .malformedLine("oid")),
        (text(kind: String(repeating: "x", count: 2000)), .tooLarge),
    ]

    @Test(arguments: bad)
    func `A file that is no sound pointer is refused with the reason`(_ text: String, _ expected: PointerError) {
        #expect(throws: expected) { try Pointer(parsing: Array(text.utf8)) }
    }

    @Test func `A pointer cut at any byte is refused`() throws {
        let whole = Array(Self.text().utf8)
        for count in 0..<whole.count {
            let error = #expect(throws: PointerError.self) { try Pointer(parsing: whole[..<count]) }
            #expect(error?.needsNewerVersion == false, "\(count) bytes: \(String(describing: error))")
        }
    }

    @Test func `A pointer with any other byte in any place is refused or is another pointer`() throws {
        let whole = Array(Self.text().utf8)
        for position in whole.indices {
            for byte in UInt8.min...UInt8.max where byte != whole[position] {
                var bytes = whole
                bytes[position] = byte
                if let pointer = try? Pointer(parsing: bytes) { #expect(pointer.encoded == bytes) }
            }
        }
    }

    @Test func `Only errors that a newer program would not have say so`() {
        let newer = Self.bad.map(\.1).filter(\.needsNewerVersion)
        #expect(Set(newer.map { $0.description.hasPrefix("it was written by a newer git-model") }) == [true])
        #expect(newer.count == 8)
    }
}
