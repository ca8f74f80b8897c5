import Migration
import ModelCore
import Testing

@Suite struct ImportMapTests {
    private static let golden = """
        {
          "format": 1,
          "md5": {
            "53d025127ae99ab79e8502aae2d9bea6": {
              "kind": "file",
              "oid": "sha256:4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d",
              "size": 3893
            },
            "c3e3cbcacdb8af2dbfc5a5e695fed169.dir": {
              "kind": "tree",
              "oid": "sha256:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
              "size": 72
            }
          },
          "md5-dos2unix": {
            "53d025127ae99ab79e8502aae2d9bea6": {
              "kind": "file",
              "oid": "sha256:6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f",
              "size": 4000
            }
          }
        }

        """

    @Test func `A map is written as it was read`() throws {
        let map = try ImportMap(parsing: Array(Self.golden.utf8))
        #expect(map.objects.count == 3)
        #expect(String(decoding: map.encoded, as: UTF8.self) == Self.golden)
        var other = ImportMap()
        for (hash, pointer) in map.objects { other.add(pointer, as: hash) }
        #expect(other == map)
        other.formUnion(map)
        #expect(other == map)
    }

    @Test func `A map of a later format is told from a damaged one`() {
        let error = #expect(throws: FormatError.self) { try ImportMap(parsing: Array(#"{"format": 2}"#.utf8)) }
        #expect(error?.needsNewerVersion == true)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"format": 1, "md5": []}"#, #"{"format": 1, "md5": {"x": {}}}"#,
        #"{"format": 1, "md5": {"53d025127ae99ab79e8502aae2d9bea6": {"kind": "tree", "oid": "sha256:\#(oid)", "size": 1}}}"#,
        #"{"format": 1, "md5": {"53d025127ae99ab79e8502aae2d9bea6": {"kind": "file", "oid": "sha256:\#(oid)", "size": -1}}}"#,
        #"{"format": 1, "md5": {"53d025127ae99ab79e8502aae2d9bea6": {"kind": "file", "oid": "\#(oid)", "size": 1}}}"#,
        "<<<<<<< HEAD\n{\"format\": 1}",
    ])
    func `A damaged map is refused`(text: String) {
        #expect(throws: FormatError.self) { try ImportMap(parsing: Array(text.utf8)) }
    }

    private static let oid = String(repeating: "4d", count: 32)
}
