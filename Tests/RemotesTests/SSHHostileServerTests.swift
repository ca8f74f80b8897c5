import Remotes
import SystemIO
import SystemPackage
import Testing

/// What a server may say that is no answer, or that leads astray.
@Suite("Hostile SSH servers", .timeLimit(.minutes(2)))
struct SSHHostileServerTests {
    /// A server that answers opening, reading and listing; `lie` is Python that spoils what it is about to say.
    private func remote(_ scratch: Scratch, lie: String = "pass") throws -> any Remote {
        let script = scratch.path.appending("server.py")
        let source = """
            import struct, sys
            def take():
                head = sys.stdin.buffer.read(4)
                return sys.stdin.buffer.read(struct.unpack(">I", head)[0]) if len(head) == 4 else sys.exit()
            def text(b): return struct.pack(">I", len(b)) + b
            def name(n, mode): return text(n) + text(b"") + struct.pack(">IQI", 5, 7, mode)
            take()
            answer, listed = b"\\x02" + struct.pack(">I", 3), False
            while True:
                length = len(answer)
                kind = answer[0]
                \(lie)
                sys.stdout.buffer.write(struct.pack(">I", length) + answer)
                sys.stdout.buffer.flush()
                asked = take()
                number = asked[1:5]
                end = b"\\x65" + number + struct.pack(">I", 1) + text(b"") + text(b"")
                if asked[0] in (3, 11): answer = b"\\x66" + number + text(b"h")
                elif asked[0] == 5: answer = b"\\x67" + number + text(b"bytes")
                elif asked[0] == 8: answer = b"\\x69" + number + struct.pack(">IQ", 1, 5)
                elif asked[0] == 12 and not listed:
                    names = [(b"ok", 0o100644), (b"..", 0o40755), (b".", 0o40755), (b"../x", 0o100644), (b"a/b", 0o100644)]
                    names += [(b"", 0o100644), (b"\\xff", 0o100644), (b"link", 0o120777), (b"pipe", 0o10644)]
                    entries = b"".join(name(n, m) for n, m in names)
                    answer, listed = b"\\x68" + number + struct.pack(">I", len(names)) + entries, True
                else: answer = end
            """
        try DurableFile.write(Array(source.utf8), to: script, durable: false)
        return try SSHSite.remote(at: "ssh://127.0.0.1/models", "python3 '\(script)'", patience: .seconds(2))
    }

    @Test func `a server that behaves is understood`() async throws {
        let scratch = try Scratch()
        let remote = try remote(scratch)
        #expect(try await remote.read("file", range: nil) == Array("bytes".utf8))
    }

    @Test func `names that lead elsewhere are none`() async throws {
        let scratch = try Scratch()
        let remote = try remote(scratch)
        let listed = try await remote.list("packs")
        #expect(listed.map(\.path) == ["ok"])
        #expect(listed.first?.size == 7)
    }

    @Test(arguments: [
        "if kind == 2: answer = b'\\x02\\0\\0\\0\\2'",
        "if kind == 2: length = 0xffffffff",
        "if kind == 0x67: length = 0",
        "if kind == 0x67: answer = answer[:1] + b'\\0\\0\\0\\x63' + answer[5:]",
        "if kind == 0x67: answer, length = answer[:5] + b'\\xff\\xff\\xff\\xff', 9",
        "if kind == 0x67: answer = b'\\x66' + answer[1:]",
        "if kind == 0x67: answer = b'\\x05' + answer[1:]",
        "if kind == 0x67: sys.exit()",
        "if kind == 0x69: answer = b'\\x69' + answer[1:5] + struct.pack('>IQ', 1, 1 << 62)",
    ])
    func `what is no answer is an error, and hangs nobody`(lie: String) async throws {
        let scratch = try Scratch()
        let remote = try remote(scratch, lie: lie)
        let error = await #expect(throws: RemoteError.self) { try await remote.read("file", range: nil) }
        #expect(error?.description.contains(remote.name) == true)
    }

    @Test func `more bytes than were asked for are refused`() async throws {
        let scratch = try Scratch()
        let remote = try remote(scratch)
        await #expect(throws: RemoteError.self) { try await remote.read("file", range: 0..<3) }
    }
}
