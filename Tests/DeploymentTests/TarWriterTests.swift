import Deployment
import FoundationEssentials
import SystemIO
import SystemPackage
import Testing

/// Archives as Python's `tarfile` reads them.
@Suite struct TarWriterTests {
    private static let script = """
        import sys, tarfile
        with tarfile.open(sys.argv[1], "r:") as archive:
            for entry in archive:
                print(entry.type.decode(), oct(entry.mode), entry.size, entry.mtime, entry.uid, entry.uname, entry.linkname, entry.name)
        """

    private func listed(_ archive: FilePath) throws -> [String] {
        let words = ["python3", "-c", TarWriterTests.script, archive.string]
        let python = try ChildProcess("/usr/bin/python3", words, environment: [:], mayAskUser: false)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        reading: while true {
            switch try buffer.withUnsafeMutableBytes({ try python.read(into: $0, within: 1000) }) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: continue
            case .end: break reading
            }
        }
        #expect(python.end(within: 10_000) == 0, "\(python.errorText)")
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `Names, links and sizes that their fields have no room for are read as they are`() throws {
        let name = FileManager.default.temporaryDirectory.appending(path: "git-model-tar-\(UUID().uuidString)").path
        let path = FilePath(name)
        defer { try? DurableFile.remove(path) }
        let long = String(repeating: "directory/", count: 30) + "file"
        let edge = String(repeating: "p", count: 155) + "/" + String(repeating: "n", count: 100)
        let flat = String(repeating: "é", count: 90)
        let large: Int64 = 9 << 30
        let entries = [
            TarWriter.Entry(path: "plain", kind: .file(isExecutable: false), size: 5),
            TarWriter.Entry(path: "directory", kind: .directory),
            TarWriter.Entry(path: long, kind: .file(isExecutable: true), size: 512),
            TarWriter.Entry(path: edge, kind: .file(isExecutable: false), size: 0),
            TarWriter.Entry(path: edge + "n", kind: .file(isExecutable: false), size: 0),
            TarWriter.Entry(path: "large", kind: .file(isExecutable: false), size: large),
            TarWriter.Entry(path: flat, kind: .link(target: "plain")),
            TarWriter.Entry(path: "link", kind: .link(target: long)),
        ]
        var writer = TarWriter(modified: 1_700_000_000)
        let file = try OpenFile(creating: path)
        var offset: Int64 = 0
        func write(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { try file.write($0, at: offset) }
            offset += Int64(bytes.count)
        }
        for entry in entries {
            try write(writer.header(for: entry))
            // Nothing is written where the files' bytes would be: the file system has zeros there.
            offset += entry.size
            try write(TarWriter.padding(after: entry.size))
            #expect(offset % 512 == 0)
        }
        try write(TarWriter.end)
        #expect(
            try listed(path) == [
                "0 0o644 5 1700000000 0   plain",
                "5 0o755 0 1700000000 0   directory",
                "0 0o755 512 1700000000 0   \(long)",
                "0 0o644 0 1700000000 0   \(edge)",
                "0 0o644 0 1700000000 0   \(edge)n",
                "0 0o644 \(large) 1700000000 0   large",
                "2 0o777 0 1700000000 0  plain \(flat)",
                "2 0o777 0 1700000000 0  \(long) link",
            ]
        )
    }

    @Test func `The same entries make the same bytes, and few need more than a block`() {
        func bytes() -> [UInt8] {
            var writer = TarWriter(modified: 7)
            return writer.header(for: TarWriter.Entry(path: "a", kind: .file(isExecutable: true), size: 3))
                + writer.header(for: TarWriter.Entry(path: String(repeating: "a", count: 101), kind: .directory))
        }
        #expect(bytes() == bytes())
        #expect(bytes().count == 512 + 3 * 512)
        #expect(TarWriter.padding(after: 1024).isEmpty && TarWriter.padding(after: 1025).count == 511)
    }
}
