import FoundationEssentials
import Git
import SystemPackage
import Testing

@testable import Registry

/// What `.mver` says where the work tree has only a part of it.
@Suite struct SharedFilesTests {
    private static let description = "{\"artifacts\": [\"data/m.bin\"]}\n"

    private func repository() async throws -> Scratch {
        let scratch = try await Scratch()
        try scratch.write("[tags]\n\tplain = true\n", to: ".mver/config")
        try scratch.write(Self.description, to: ".mver/models/small.json")
        try scratch.write("none\n", to: ".mver/models/README")
        try scratch.write("1\n", to: "data/x")
        try await scratch.commit()
        return scratch
    }

    @Test func `A configuration that is brought into a sparse checkout hides no description`() async throws {
        let scratch = try await repository()
        try await scratch.git("sparse-checkout", "set", "data")
        let all = try await SharedFiles.of(scratch.open())
        #expect(all.files.keys.sorted() == [".mver/config", ".mver/models/small.json"])
        try await RemoteSettings(scratch.open()).add("two", url: "/srv/two")
        #expect(try scratch.read(".mver/config").contains("plain = true"))
        let left = try await SharedFiles.of(scratch.open())
        #expect(left.configuration == nil)
        #expect(left.files == [".mver/models/small.json": Array(Self.description.utf8)])
    }

    @Test func `A description that somebody removed is not there`() async throws {
        let scratch = try await repository()
        try FileManager.default.removeItem(atPath: scratch.directory.appending(".mver/models/small.json").string)
        #expect(try await SharedFiles.of(scratch.open()).files.isEmpty)
    }
}
