@testable import Migration
import ModelCore
import Testing

@Suite struct DVCFileTests {
    private static let md5 = "53d025127ae99ab79e8502aae2d9bea6"

    private func stage(_ text: String, at path: String = "m.bin.dvc") throws -> DVCOutputs {
        try DVCOutputs(stage: Array(text.utf8), at: RepositoryPath(path))
    }

    @Test func `A .dvc file names its outputs, from where it lies`() throws {
        let text = """
            # by hand
            wdir: ../data
            outs:
            - md5: \(Self.md5)
              size: 3893
              hash: md5
              path: m.bin
              isexec: true
            - md5: \(Self.md5).dir
              path: "d r"
            """
        let found = try stage(text, at: "models/x.dvc")
        let source = try RepositoryPath("models/x.dvc")
        #expect(found.refusals.isEmpty)
        try #require(found.outputs.count == 2)
        #expect(found.outputs[0].path.text == "data/m.bin" && found.outputs[0].source == source)
        #expect(found.outputs[0].size == 3893 && found.outputs[0].isExecutable)
        #expect(found.outputs[0].hash.place == "files/md5/53/d025127ae99ab79e8502aae2d9bea6")
        #expect(found.outputs[1].path.text == "data/d r" && found.outputs[1].hash.isDirectory)
        // Without `hash`, DVC 2 or older wrote it.
        #expect(found.outputs[1].hash.algorithm == .md5OfUnixText)
        #expect(found.outputs[1].hash.place == "53/d025127ae99ab79e8502aae2d9bea6.dir")
    }

    @Test(arguments: [
        ("path: ../m", "lies outside"), ("path: /etc/passwd", "lies outside"),
        ("path: s3://b/m", "not in the repository"),
        ("path: .", "the repository itself"), ("path: .git/config", "no path for an artifact"),
        ("path: a/../../m", "lies outside"), ("path: \"a\\0b\"", "zero byte"),
    ])
    func `A path that leads elsewhere is refused`(line: String, reason: String) throws {
        let found = try stage("outs:\n- md5: \(Self.md5)\n  \(line)\n")
        #expect(found.outputs.isEmpty)
        #expect(found.refusals.map(\.reason).contains { $0.contains(reason) }, "\(found.refusals)")
    }

    @Test(arguments: [
        ("etag: '12'", "no MD5"), ("md5: ../../../../etc/passwd", "no MD5"),
        ("md5: 53D025127AE99AB79E8502AAE2D9BEA6", "no MD5"),
        ("md5: \(md5)\n  hash: blake3", "not known here: blake3"), ("md5: \(md5)\n  size: -1", "negative"),
        ("md5: \(md5)\n  files: []", "the cloud's own"),
    ])
    func `What has no bytes that can be looked for is refused`(line: String, reason: String) throws {
        let found = try stage("outs:\n- path: m\n  \(line)\n")
        #expect(found.outputs.isEmpty)
        #expect(found.refusals.map(\.reason).contains { $0.contains(reason) }, "\(found.refusals)")
    }

    @Test func `What is not cached is Git's`() throws {
        let found = try stage("outs:\n- path: m.json\n  md5: \(Self.md5)\n  cache: false\n")
        #expect(found.outputs.isEmpty && found.refusals.isEmpty)
    }

    @Test(arguments: [
        "- a", "outs: 3", "outs: [", "a: 1\na: 2", "? [x]\n: y", "a: *b", "%YAML 9", "a: \u{7}", "---\na: 1\n---\nb: 2",
        String(repeating: "[", count: 100),
        "a: &a [x]\n" + (0..<100).map { "b\($0): &b\($0) [*\($0 == 0 ? "a" : "b\($0 - 1)")]\n" }.joined(),
        "a: &a [\(String(repeating: "x, ", count: 2000))]\n" + (0..<1000).map { "b\($0): *a\n" }.joined(),
    ])
    func `What is no .dvc file is an error`(text: String) {
        #expect(throws: FormatError.self) { try stage(text) }
    }

    @Test func `A lock names the outputs of its stages`() throws {
        let lock = """
            schema: '2.0'
            stages:
              fit@1:
                cmd: >-
                  python
                  fit.py
                deps: [{path: x, md5: \(Self.md5)}]
                outs:
                - {path: out.bin, hash: md5, md5: \(Self.md5), size: 10}
                - {path: m.json, hash: md5, md5: \(Self.md5), size: 12}
              plain:
                cmd: x
              odd:
                outs: [{path: a, hash: md5, md5: \(Self.md5)}]
            """
        let pipeline = """
            stages:
              fit:
                foreach: [1, 2]
                do: {cmd: x, wdir: work, outs: [out.bin], metrics: [{m.json: {cache: false}}]}
              odd: {cmd: x, wdir: "${place}"}
            """
        let source = try RepositoryPath("p/dvc.lock")
        let found = try DVCOutputs(lock: Array(lock.utf8), pipeline: Array(pipeline.utf8), at: source)
        #expect(found.outputs.map(\.path.text) == ["p/work/out.bin"])
        #expect(found.refusals.map(\.subject) == ["p/dvc.lock"])
        #expect(throws: FormatError.self) { try DVCOutputs(lock: Array("schema: '7'".utf8), pipeline: nil, at: source) }
    }

    @Test func `A manifest is read, and written as DVC does`() throws {
        let other = "3b0332e02daabf31651a5a0d81ba830a"
        let text =
            #"[{"md5": "\#(other)", "relpath": "a"}, {"md5": "\#(Self.md5)", "relpath": "sub/\u00e9\"\ud83d\ude00"}]"#
        let manifest = try DVCManifest(parsing: Array(text.utf8), .md5)
        #expect(manifest.files.map(\.path.text) == ["a", "sub/é\"😀"])
        #expect(String(decoding: manifest.encoded, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "{}", "[1]", #"[{"md5": "x", "relpath": "a"}]"#, #"[{"md5": "\#(md5).dir", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "../a"}]"#, #"[{"md5": "\#(md5)", "relpath": "/a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a"}, {"md5": "\#(md5)", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a"}, {"md5": "\#(md5)", "relpath": "a/b"}]"#,
    ])
    func `A manifest that lies is refused`(text: String) {
        #expect(throws: FormatError.self) { try DVCManifest(parsing: Array(text.utf8), .md5) }
    }

    @Test func `The configuration says where bytes are`() {
        var configuration = DVCConfiguration()
        let text = """
            # a comment
            [core]
                remote = far
            ['remote "near"']
                url = ../../st
            ["remote \\"odd\\""]
            ['remote "far"']
                url = "s3://bucket/x"
            [cache]
                dir = /mnt/cache
            """
        configuration.read(Array(text.utf8)) { "/r/.dvc/" + $0 }
        #expect(configuration.cache == "/mnt/cache")
        #expect(configuration.remotes.map(\.name) == ["far", "near"])
        #expect(configuration.remotes.map(\.directory) == [nil, "/r/.dvc/../../st"])
        configuration.read(Array("['remote \"far\"']\nurl = file:///nas".utf8)) { $0 }
        #expect(configuration.remotes.first?.directory == "/nas")
    }
}
