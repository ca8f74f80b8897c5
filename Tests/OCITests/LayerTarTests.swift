import ModelCore
import OCI
import SystemPackage
import TestSupport
import Testing

/// Tars of files, as Python reads them.
@Suite struct LayerTarTests {
    private static let script = """
        import sys, tarfile
        for i in tarfile.open(sys.argv[1]):
            kind = {b"0": "file", b"2": "link", b"5": "directory"}[i.type]
            content = sum(tarfile.open(sys.argv[1]).extractfile(i).read()) if i.isfile() else i.linkname
            print(kind, oct(i.mode), i.mtime, i.uid, i.gid, i.size, i.name, content)
        """

    @Test func `Names, modes, links and bytes are read as they were, and nothing else`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let tar = try LayerTar(try files.listing().entries, in: files.directory, below: "models").content
        var bytes: [UInt8] = []
        try tar.read { bytes += $0 }
        #expect(Int64(bytes.count) == tar.byteCount && bytes.count.isMultiple(of: 512))
        try files.scratch.write(bytes, to: "../layer.tar")
        try files.scratch.write(Self.script, to: "../read.py")
        let result = try await files.scratch.run("LC_ALL=C.UTF-8 python3 ~/read.py ~/layer.tar").expectSuccess()
        let (outer, inner) = (String(repeating: "d", count: 60), String(repeating: "e", count: 60))
        let expected = """
            directory 0o755 0 0 0 0 models \n\
            file 0o644 0 0 0 8 models/README.md 589
            file 0o644 0 0 0 512 models/block.bin 512
            directory 0o755 0 0 0 0 models/\(outer) \n\
            directory 0o755 0 0 0 0 models/\(outer)/\(inner) \n\
            file 0o644 0 0 0 2 models/\(outer)/\(inner)/fü.txt 130
            file 0o644 0 0 0 0 models/empty 0
            link 0o777 0 0 0 0 models/link.json weights/config.json
            file 0o755 0 0 0 10 models/run.sh 704
            directory 0o755 0 0 0 0 models/weights \n\
            file 0o644 0 0 0 3 models/weights/config.json 258
            file 0o644 0 0 0 1000 models/weights/model.safetensors 126516

            """
        #expect(result.output == expected)
    }

    @Test func `The same files always give the same bytes`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        try await files.scratch.run("touch -d 2001-01-01 README.md && chmod 600 README.md").expectSuccess()
        let tar = try LayerTar(try files.listing().entries, in: files.directory, below: "models").content
        let digest = try tar.digest().hex
        #expect(digest == "ad5b8cee90681d8b9b007c8154ca4266e3f63aeb3e9b9d9f22eee210835bf7f7")
    }

    @Test func `A part of content is what the whole has there`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let tar = try LayerTar(try files.listing().entries, in: files.directory).content
        var whole: [UInt8] = []
        try tar.read { whole += $0 }
        for (start, end) in [(0, 1), (511, 513), (500, 5000), (0, whole.count), (whole.count - 3, whole.count), (9, 9)]
        {
            var part: [UInt8] = []
            try tar.part(Int64(start)..<Int64(end)).read { part += $0 }
            #expect(part == Array(whole[start..<end]), "\(start)..<\(end)")
        }
    }

    @Test func `A file that got shorter meanwhile is an error`() async throws {
        let files = try await ScratchFiles()
        try await files.writeAll()
        let tar = try LayerTar(try files.listing().entries, in: files.directory).content
        try files.scratch.write("", to: "block.bin")
        #expect(throws: OCIError.self) { try tar.digest() }
    }
}
