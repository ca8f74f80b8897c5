import TestSupport
import Testing

/// Releases that close connections on which nothing is asked, just when something is.
@Suite struct GatewayRepeatTests {
    /// Notes in `seen` what it is asked, and as which request of its connection, which is its answer too.
    ///
    /// What is not the first one it does not answer: of /head it reads the head alone, of /whole all, and closes the
    /// connection. After an answer to /close it closes the connection without a word.
    private static let server = #"""
        import os, socket, threading

        def serve(connection):
            file, number = connection.makefile("rb"), 0
            while line := file.readline():
                method, path, _ = line.decode().split()
                length = 0
                while field := file.readline().strip():
                    name, value = field.split(b":", 1)
                    if name.lower() == b"content-length": length = int(value)
                number += 1
                with open("../../seen", "a") as seen: seen.write(f"{method} {path} {number}\n")
                if number > 1 and path == "/head": break
                file.read(length)
                if number > 1 and path == "/whole": break
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n%d\n" % number)
                if path.startswith("/close"): break
            file.close()
            connection.close()

        listener = socket.create_server(("127.0.0.1", int(os.environ["GIT_MODEL_PORT"])), backlog=512)
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """#

    /// Sends the head of a second request on a connection, and its body only when the release has closed its own.
    private static let late = #"""
        import socket, sys, time
        host, port = sys.argv[1].removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)))
        client.settimeout(15)
        def answer():
            text = b""
            while b"\r\n\r\n" not in text or not text.endswith(b"\n"):
                piece = client.recv(4096)
                if not piece: return "closed"
                text += piece
            return text[9:12].decode() + " " + text.split(b"\r\n\r\n")[1].decode().strip()
        client.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        print(answer())
        client.sendall(b"POST /head HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
        time.sleep(0.5)
        client.sendall(b"abc")
        print(answer())
        """#

    private func run(_ script: String) async throws -> ShellResult {
        let place = try await GatewayPlace(server: Self.server)
        try place.scratch.write(Self.late, to: "late.py")
        return try await place.run("ask() { curl -sS -w '%{http_code}\\n' \"$@\"; }\n" + script)
    }

    @Test func `What may be asked for twice is asked for again, with its body`() async throws {
        let result = try await run(
            """
            ask $GATEWAY/x $GATEWAY/head; sleep 2; ask -X PUT -d abc $GATEWAY/y $GATEWAY/whole
            grep -v echo ~/target/seen
            """
        )
        let answers = String(repeating: "1\n200\n", count: 4)
        let seen = "GET /x 1\nGET /head 2\nGET /head 1\nPUT /y 1\nPUT /whole 2\nPUT /whole 1\n"
        #expect(result.output == answers + seen, "\(result.output)")
    }

    @Test func `What the release may have acted on is not asked for again`() async throws {
        let result = try await run(
            """
            ask -d abc $GATEWAY/x $GATEWAY/whole; head -c 100000 /dev/zero > long
            sleep 2; ask -X PUT --data-binary @long $GATEWAY/y $GATEWAY/whole
            grep -v echo ~/target/seen
            """
        )
        #expect(result.output.hasPrefix("1\n200\n{\"error\":\"the release ended the connection\"}\n502\n1\n200\n{"))
        #expect(
            result.output.hasSuffix("\n502\nPOST /x 1\nPOST /whole 2\nPUT /y 1\nPUT /whole 2\n"),
            "\(result.output)"
        )
    }

    @Test func `A request of which only the head was sent goes on with its body elsewhere`() async throws {
        let result = try await run("python3 late.py $GATEWAY; grep POST ~/target/seen")
        #expect(result.output == "200 1\n200 1\nPOST /x 1\nPOST /head 2\nPOST /head 1\n", "\(result.output)")
    }

    @Test func `A release that closes every connection after its answer fails nobody`() async throws {
        let result = try await run(
            "curl -sS -o /dev/null -w '%{http_code}\\n' \"$GATEWAY/close?[1-300]\" | sort | uniq -c | tr -d ' '"
        )
        #expect(result.output == "300200\n", "\(result.output)")
    }
}
