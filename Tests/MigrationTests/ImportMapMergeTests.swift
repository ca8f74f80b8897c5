import Migration
import ModelCore
import Testing

@Suite struct ImportMapMergeTests {
    /// Returns a map whose names and objects are letters, each repeated.
    private static func map(_ objects: [Character: Character]) throws -> [UInt8] {
        var map = ImportMap()
        for (name, oid) in objects { map.add(try pointer(oid), as: try hash(name)) }
        return map.encoded
    }

    private static func hash(_ letter: Character) throws -> DVCHash {
        try #require(DVCHash(String(repeating: letter, count: 32), .md5))
    }

    private static func pointer(_ letter: Character) throws -> Pointer {
        Pointer(oid: try #require(Digest(hex: String(repeating: letter, count: 64))), size: 7, kind: .file)
    }

    private static let merged:
        [(base: [Character: Character], [Character: Character], [Character: Character], [Character: Character])] =
            [
                ([:], ["a": "1"], ["b": "2"], ["a": "1", "b": "2"]),
                (["a": "1"], ["a": "1", "b": "2"], ["a": "1", "c": "3"], ["a": "1", "b": "2", "c": "3"]),
                // What only one side changed counts, and what either side lost is kept.
                (["a": "1"], ["a": "1", "b": "2"], ["a": "4"], ["a": "4", "b": "2"]),
                (["a": "1"], ["a": "4"], ["a": "1", "b": "2"], ["a": "4", "b": "2"]),
                (["a": "1", "b": "2"], ["a": "1"], ["b": "2", "c": "3"], ["a": "1", "b": "2", "c": "3"]),
            ]

    @Test(arguments: merged.indices)
    func `Two maps are joined`(index: Int) throws {
        let (base, ours, theirs, expected) = Self.merged[index]
        let merge = try ImportMapMerge(base: Self.map(base), ours: Self.map(ours), theirs: Self.map(theirs))
        let wanted = try Self.map(expected)
        #expect(merge.conflicts.isEmpty)
        #expect(merge.ours == wanted && merge.base == wanted && merge.theirs == wanted)
    }

    @Test func `A name that means another object on either side stays apart, and nothing else does`() throws {
        let merge = try ImportMapMerge(
            base: Self.map(["d": "5"]),
            ours: Self.map(["a": "1", "c": "3", "d": "6"]),
            theirs: Self.map(["b": "2", "c": "4", "d": "7"])
        )
        #expect(try merge.conflicts == [Self.hash("c"), Self.hash("d")])
        #expect(try merge.base == Self.map(["a": "1", "b": "2", "d": "5"]))
        #expect(try merge.ours == Self.map(["a": "1", "b": "2", "c": "3", "d": "6"]))
        #expect(try merge.theirs == Self.map(["a": "1", "b": "2", "c": "4", "d": "7"]))
    }

    @Test func `An ancestor that is no map is none, and a side that is none is not merged`() throws {
        let (ours, theirs) = (try Self.map(["a": "1"]), try Self.map(["b": "2"]))
        for base in ["", "<<<<<<< ours\n"] {
            let merge = try ImportMapMerge(base: Array(base.utf8), ours: ours, theirs: theirs)
            #expect(try merge.ours == Self.map(["a": "1", "b": "2"]) && merge.conflicts.isEmpty)
        }
        #expect(throws: FormatError.self) { try ImportMapMerge(base: [], ours: ours, theirs: []) }
        #expect(throws: FormatError.self) {
            try ImportMapMerge(base: [], ours: Array(#"{"format": 2}"#.utf8), theirs: theirs)
        }
    }
}
