package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A server of HTTP that hands on to another one on this machine what it is asked for, does something wrong with some
/// of it, and notes every request.
package final class FaultProxy: Sendable {
    private static let script = #"""
        import http.client, http.server, re, socket, ssl, struct, sys, threading, time

        port, target, trouble, times, notes = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
        lock = threading.Lock()

        def problem(code):
            return ("<Error><Code>%s</Code><Message>it says</Message></Error>" % code).encode()

        # What is answered in place of the server: to which requests, and with which status, document and field.
        refusals = {
            "500": (r"", 500, problem("InternalError"), {}),
            "503": (r"", 503, b"", {}),
            "429": (r"", 429, b"", {"Retry-After": "0"}),
            "expired": (r"PUT .*/packs/", 400, problem("ExpiredToken"), {}),
            "skew": (r"", 403, problem("RequestTimeTooSkewed"), {"Date": "Fri, 24 May 2013 00:00:00 GMT"}),
            "denied": (r"(PUT|DELETE) ", 403, problem("AccessDenied"), {}),
            "full": (r"PUT .*/packs/", 507, problem("XMinioStorageFull"), {}),
        }
        # What is done with right answers to which requests.
        spoilers = {
            "reset": r"(GET|PUT) .*/packs/", "cut": r"GET .*/packs/", "short": r"GET .*/packs/", "flip": r"GET .*/packs/",
            "shuffled": r"GET .*list-type=2", "half": r"GET .*list-type=2", "changed": r"PUT .*/packs/",
        }

        def take(pattern):
            global times
            with lock:
                if times == 0 or not pattern:
                    return False
                times -= 1
                return True

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def note(self, status, count, spoiled):
                with lock, open(notes, "a") as file:
                    words = (self.command, self.path, status, self.byteCount, count, "spoiled" if spoiled else "right")
                    file.write("%s %s %s %d %d %s\n" % words)

            def end(self, abruptly):
                self.close_connection = True
                if abruptly:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                else:
                    self.connection.shutdown(socket.SHUT_RDWR)

            def read(self, count):
                body = b""
                while len(body) < count:
                    part = self.rfile.read(min(65536, count - len(body)))
                    if not part:
                        break
                    body += part
                    if trouble == "slow":
                        time.sleep(0.01)
                return body

            def serve(self):
                asked = self.command + " " + self.path
                length = int(self.headers.get("Content-Length") or 0)
                self.byteCount = length
                spoils = re.match(spoilers.get(trouble, "never"), asked) and take(True)
                if spoils and trouble == "reset" and self.command == "PUT":
                    self.rfile.read(length // 2)
                    self.note(0, 0, True)
                    return self.end(True)
                body = self.read(length)
                if len(body) < length:
                    self.byteCount = len(body)
                    self.note(0, 0, False)
                    return self.end(False)
                pattern, status, document, fields = refusals.get(trouble, ("never", 0, b"", {}))
                if re.match(pattern, asked) and take(True):
                    self.note(status, 0, True)
                    return self.reply(status, list(fields.items()), document)
                if spoils and trouble == "changed":
                    body = body[:99] + bytes([body[99] ^ 1]) + body[100:]
                connection = http.client.HTTPConnection("127.0.0.1", target)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                half = len(content) // 2
                if spoils and trouble == "flip":
                    content = content[:half] + bytes([content[half] ^ 16]) + content[half + 1:]
                elif spoils and trouble in ("short", "half"):
                    content = content[:half]
                elif spoils and trouble == "shuffled":
                    found = re.findall(b"<Contents>.*?</Contents>", content, re.S)
                    rest = re.sub(b"<Contents>.*?</Contents>", b"", content, flags=re.S)
                    content = rest.replace(b"</ListBucketResult>", b"".join((found * 2)[::-1]) + b"</ListBucketResult>")
                breaks = spoils and trouble in ("reset", "cut")
                self.note(answer.status, half if breaks else len(content), spoils)
                self.reply(answer.status, answer.getheaders(), content, half if breaks else None)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = serve

            def reply(self, status, fields, content, half=None):
                own = ("content-length", "connection", "transfer-encoding", "date", "server")
                named = {name.lower(): value for name, value in fields}
                self.send_response_only(status)
                for name, value in fields:
                    if name.lower() not in own:
                        self.send_header(name, value)
                self.send_header("Date", named.get("date", self.date_time_string()))
                length = named.get("content-length", "0") if self.command == "HEAD" else str(len(content))
                if status != 204:
                    self.send_header("Content-Length", length)
                self.end_headers()
                if half is not None:
                    self.wfile.write(content[:half])
                    self.wfile.flush()
                    return self.end(trouble == "reset")
                step = 65536 if trouble == "slow" else len(content) or 1
                for start in range(0, len(content), step):
                    self.wfile.write(content[start:start + step])
                    if trouble == "slow":
                        time.sleep(0.01)

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def finish_request(self, request, address):
                if len(sys.argv) > 6:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(sys.argv[6])
                    request = context.wrap_socket(request, server_side=True)
                super().finish_request(request, address)

            def handle_error(self, request, address):
                pass

        Server(("127.0.0.1", port), Handler).serve_forever()
        """#

    private let process: LoopbackServer
    /// The file in which each request has a line: method, path, status, bytes to the server, bytes that came back,
    /// `spoiled` or `right`.
    package let notes: FilePath

    /// The port that it listens on.
    package var port: Int { process.port }
    /// `http://127.0.0.1:PORT`.
    package var origin: String { process.origin }

    /// Starts a proxy in front of the port `target`, whose files lie in the directory `scratch`.
    ///
    /// `trouble` is `none`, `slow`, or what happens to so many requests, or to all that are like these: `reset` and
    /// `cut` break the line in the middle of a pack, `short` and `flip` give a pack's bytes short or changed, `changed`
    /// hands one on changed, `shuffled` gives lists backwards and twice, `half` cuts them short; `500`, `503`, `429`,
    /// `expired`, `skew`, `denied` and `full` answer in the server's place. With a file that has a certificate and its
    /// key, TLS is spoken.
    package init(
        to target: Int,
        _ trouble: String,
        times: Int? = nil,
        in scratch: FilePath,
        certificate: FilePath? = nil
    ) async throws {
        let name = "proxy\(UInt64.random(in: 0 ... .max))"
        let notes = scratch.appending(name)
        let program = scratch.appending(name + ".py")
        let file = try FileDescriptor.open(
            program,
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        try file.closeAfter { _ = try file.writeAll(Self.script.utf8) }
        process = try await LoopbackServer(log: scratch.appending(name + ".log")) { port in
            ["python3", program.string, "\(port)", "\(target)", trouble, "\(times ?? -1)", notes.string]
                + (certificate.map { [$0.string] } ?? [])
        }
        self.notes = notes
    }

    /// A request that was made, and what came of it.
    package struct Request: Sendable {
        /// The method.
        package let method: String
        /// The path, with the query.
        package let path: String
        /// The status of the answer; 0 where there was none.
        package let status: Int
        /// The bytes that were sent to the server.
        package let sent: Int
        /// The bytes that came back.
        package let received: Int
        /// Whether something was done wrong.
        package let isSpoiled: Bool
    }

    /// The requests that were made, in order.
    package var requests: [Request] {
        get throws {
            guard access(notes.string, F_OK) == 0 else { return [] }
            let file = try FileDescriptor.open(notes, .readOnly)
            let bytes = try file.closeAfter {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65536)
                while true {
                    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                    if count == 0 { return bytes }
                    bytes += buffer[..<count]
                }
            }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 6, let status = Int(words[2]), let sent = Int(words[3]), let came = Int(words[4])
                else { return nil }
                return Request(
                    method: String(words[0]),
                    path: String(words[1]),
                    status: status,
                    sent: sent,
                    received: came,
                    isSpoiled: words[5] == "spoiled"
                )
            }
        }
    }
}
