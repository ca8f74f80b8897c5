import ModelCore
import Testing

@Suite struct LFSPointerTests {
    private static let oid = String(repeating: "4d", count: 32)
    private static let version = "version https://git-lfs.github.com/spec/v1"

    @Test func `A pointer of Git LFS says what it stands for`() throws {
        let pointer = try LFSPointer(parsing: Array("\(Self.version)\noid sha256:\(Self.oid)\nsize 12345\n".utf8))
        #expect(pointer.oid.hex == Self.oid && pointer.size == 12345)
        #expect(try LFSPointer(parsing: pointer.text) == pointer)
        #expect(pointer.place == "4d/4d/\(Self.oid)")
    }

    @Test(arguments: [
        "", "\(version)\n", "\(version)\noid sha256:12\nsize 1\n", "\(version)\noid md5:\(oid)\nsize 1\n",
        "\(version)\noid sha256:\(oid)\nsize -1\n",
        "\(version)\noid sha256:\(oid)\nsize +1\n", "\(version)\noid sha256:\(oid)\nsize 99999999999999999999\n",
        "version https://example.org\noid sha256:\(oid)\nsize 1\n", "\(version)\noid sha256:\(oid)\nsize 1\nsize 2\n",
        "\(version)\next-0-x sha256:\(oid)\noid sha256:\(oid)\nsize 1\n",
        "\(version)\nmore x\noid sha256:\(oid)\nsize 1\n",
        "\(version)\noid sha256:\(oid)\nsize 1\n" + String(repeating: "x y\n", count: 400),
    ])
    func `What is no pointer that can be relied on is refused`(text: String) {
        #expect(throws: FormatError.self) { try LFSPointer(parsing: Array(text.utf8)) }
    }
}
