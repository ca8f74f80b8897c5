import TestSupport
import Testing

/// Clients and releases that do not do what they should.
@Suite struct GatewayTroubleTests {
    private static let code = #"code() { curl -sS -o /dev/null -w '%{http_code}\n' "$@"; }"#

    @Test func `A body over the limit is refused, said to be so long or not`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            \(Self.code)
            head -c 1000001 /dev/zero > long && head -c 1000000 long > fits
            code --data-binary @fits $GATEWAY/x; code --data-binary @long $GATEWAY/x; code -X POST -T - $GATEWAY/x < long
            code -H 'Expect: 100-continue' --expect100-timeout 60 --data-binary @long $GATEWAY/x
            head -c 1000000000 /dev/zero | code -X POST -T - $GATEWAY/x
            code $GATEWAY/echo
            """,
            goesOn: true
        )
        let codes = result.output.split(separator: "\n").map(String.init).filter { $0.count == 3 }
        #expect(codes == ["200", "413", "413", "413", "413", "200"], "\(result.output)")
    }

    @Test func `A release that takes too long is 504, and the next request is answered`() async throws {
        let place = try await GatewayPlace(keys: #""requestTimeout": 2"#)
        let result = try await place.run("\(Self.code)\ncode $GATEWAY/slow; code $GATEWAY/echo", goesOn: true)
        #expect(result.output == "504\n200\n", "\(result.output)")
    }

    @Test func `A release that ends is 502, then 503, and starts again`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            \(Self.code)
            code $GATEWAY/die; i=0
            until curl -sS -D ~/head -o /dev/null $GATEWAY/echo; grep -q ' 503 ' ~/head || [ $i -ge 100 ]; do i=$((i + 1)); done
            grep -i -e ' 503 ' -e retry-after ~/head; code $GATEWAY/health
            until curl -fsS -o /dev/null $GATEWAY/health 2>/dev/null; do sleep 0.1; done
            code $GATEWAY/echo; curl -sS $GATEWAY/metrics | grep '^gitmodel_child_restarts_total'
            kill -9 $(curl -sS $GATEWAY/echo | sed 's/.*"pid": \\([0-9]*\\).*/\\1/')
            until curl -fsS $GATEWAY/metrics | grep -q '^gitmodel_child_restarts_total.* 2$'; do sleep 0.1; done
            until curl -fsS -o /dev/null $GATEWAY/health 2>/dev/null; do sleep 0.1; done; code $GATEWAY/echo
            """,
            goesOn: true
        )
        #expect(result.output.hasPrefix("502\nHTTP/1.1 503 Service Unavailable"), "\(result.output)")
        #expect(result.output.contains("retry-after: 1\r\n503\n200\n"), "\(result.output)")
        #expect(result.output.contains("version=\"v1.0.0\"} 1\n200\n"), "\(result.output)")
    }

    @Test func `An answer that breaks off is not taken for whole`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run("curl -sS $GATEWAY/half; echo $?", goesOn: true)
        #expect(result.output.contains("half") && result.output.hasSuffix("18\n"), "\(result.output)")
    }

    @Test func `Who sends a head or a body a byte at a time is not waited for`() async throws {
        let place = try await GatewayPlace(keys: #""idleTimeout": 2, "requestTimeout": 2"#)
        let result = try await place.run(
            """
            cat > slow.py <<'END'
            import socket, sys, time
            host, port = sys.argv[1].removeprefix("http://").split(":")
            for head in [b"GET /echo HTTP/1.1\\r\\nHost: x\\r\\n", b"POST /x HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 900\\r\\n\\r\\n", b""]:
                client = socket.create_connection((host, int(port)))
                start, answer = time.monotonic(), None
                client.sendall(head)
                client.settimeout(0.1)
                while answer is None and time.monotonic() - start < 15:
                    try:
                        if head: client.sendall(b"X: 1\\r\\n" if b"GET" in head else b"x")
                        answer = client.recv(100)
                    except TimeoutError: pass
                    except OSError: answer = b""
                print(answer[:12] if answer is not None else "waits", time.monotonic() - start < 10)
            END
            python3 slow.py $GATEWAY
            """
        )
        #expect(result.output == "b'' True\nb'HTTP/1.1 408' True\nb'' True\n", "\(result.output)")
    }

    @Test func `What is no HTTP, or two requests in one, is refused`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            cat > odd.py <<'END'
            import socket, sys
            host, port = sys.argv[1].removeprefix("http://").split(":")
            for text in [
                b"\\x16\\x03\\x01\\x02\\x00\\x01",
                b"NONSENSE\\r\\n\\r\\n",
                b"POST /x HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                b"POST /x HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nabcdef",
                b"GET /echo HTTP/1.1\\r\\nHost: x\\r\\nX: " + b"y" * 70000 + b"\\r\\n\\r\\n",
                b"CONNECT example.org:443 HTTP/1.1\\r\\nHost: example.org\\r\\n\\r\\n",
                b"GET /echo HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /echo HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n",
            ]:
                client = socket.create_connection((host, int(port)))
                client.settimeout(30)
                answer = b""
                try:
                    client.sendall(text)
                    while piece := client.recv(65536): answer += piece
                except OSError: pass
                print([part[:3].decode() for part in answer.split(b"HTTP/1.1 ")[1:]])
            END
            python3 odd.py $GATEWAY
            """
        )
        #expect(
            result.output == "['400']\n['400']\n['400']\n['400']\n['431']\n['405']\n['200', '200']\n",
            "\(result.output)"
        )
    }

    @Test func `Beyond what is worked on and what waits, requests are turned away`() async throws {
        let place = try await GatewayPlace(keys: #""concurrency": 4"#)
        let result = try await place.run(
            """
            seq 40 | xargs -P 40 -I{} curl -sS -o /dev/null -w '%{http_code}\\n' $GATEWAY/wait | sort | uniq -c
            curl -sS $GATEWAY/metrics | grep -e '^gitmodel_requests_in_flight' -e '^gitmodel_requests_queued'
            """
        )
        #expect(result.output.contains(" 200\n") && result.output.contains(" 503\n"), "\(result.output)")
        #expect(
            result.output.hasSuffix("gitmodel_requests_in_flight 0\ngitmodel_requests_queued 0\n"),
            "\(result.output)"
        )
    }

    @Test func `Requests that are turned away count for no version, and the log says which they were`() async throws {
        let place = try await GatewayPlace(keys: #""concurrency": 4, "requestLog": "requests.log""#)
        let result = try await place.run(
            """
            seq 40 | xargs -P 40 -I{} curl -sS -o /dev/null -w '%{http_code}\\n' $GATEWAY/wait > codes
            away=$(grep -c 503 codes) log=~/target/requests.log; test $away -gt 0
            for n in $(seq 300); do test -s $log && test $(wc -l < $log) -ge 40 && break; sleep 0.1; done
            test $(grep -c '"status":503' $log) = $away && test $(grep -c '"turned_away":true' $log) = $away
            test $(grep '"turned_away"' $log | grep -c '"status":503') = $away && echo logged
            curl -sS $GATEWAY/metrics > metrics && promtool check metrics < metrics && grep -c 'code="503"' metrics || echo none
            test "$(sed -n 's/^gitmodel_requests_turned_away_total //p' metrics)" = $away && echo counted
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "logged\n0\nnone\ncounted\n", "\(result.output)")
    }

    /// Answers GET, and reads nothing of what is sent to it by POST: one thread is all that it has.
    private static let stuck = #"""
        import http.server, os, time
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *words): pass
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
            def do_POST(self): time.sleep(60)
        http.server.HTTPServer(("127.0.0.1", int(os.environ["GIT_MODEL_PORT"])), Handler).serve_forever()
        """#

    @Test func `A release that does not read a body is to blame for it, and not the client`() async throws {
        let place = try await GatewayPlace(
            keys: #""requestTimeout": 2, "bodyLimit": 100000000"#,
            server: Self.stuck
        )
        let result = try await place.run(
            """
            \(Self.code)
            head -c 50000000 /dev/zero > long
            for n in 1 2 3; do code -H 'Expect:' --data-binary @long $GATEWAY/x 2>/dev/null & done; wait
            curl -sS $GATEWAY/metrics | grep '^gitmodel_requests_total' | grep -o 'code=.*'
            """,
            goesOn: true
        )
        #expect(result.output == "504\n504\n504\ncode=\"504\"} 3\n", "\(result.output)")
    }

    @Test func `Thousands of clients that are connected cost the others nothing`() async throws {
        let place = try await GatewayPlace(keys: #""connectionLimit": 3000"#)
        let result = try await place.run(
            """
            cat > many.py <<'END'
            import resource, socket, sys, time, urllib.request
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            host, port = sys.argv[1].removeprefix("http://").split(":")
            clients = [socket.create_connection((host, int(port))) for _ in range(2500)]
            start = time.monotonic()
            for _ in range(20): urllib.request.urlopen(sys.argv[1] + "/echo").read()
            print("quick" if time.monotonic() - start < 10 else "slow")
            clients += [socket.create_connection((host, int(port))) for _ in range(1000)]
            time.sleep(1)
            refused = 0
            for client in clients:
                client.settimeout(0.001)
                try: refused += client.recv(20).startswith(b"HTTP/1.1 503")
                except OSError: pass
            print("refused" if 400 < refused < 600 else refused)
            END
            python3 many.py $GATEWAY && sleep 1 && curl -sSf $GATEWAY/ping
            """
        )
        #expect(result.output == "quick\nrefused\n\n", "\(result.output)")
    }

    @Test func `A client that leaves ends its request at the release`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            curl -sS -m 0.5 $GATEWAY/slow 2>/dev/null; curl -sS $GATEWAY/metrics | grep -e '^gitmodel_requests_in_flight' -e 'code="499"'
            """
        )
        #expect(result.output.contains("code=\"499\"} 1\n"), "\(result.output)")
        #expect(result.output.contains("gitmodel_requests_in_flight 0\n"), "\(result.output)")
    }

    @Test func `Ten thousand clients that ask at once all get an answer, and cost no more than their connections`()
        async throws
    {
        let place = try await GatewayPlace(keys: #""connectionLimit": 10000"#)
        let result = try await place.run(
            """
            cat > many.py <<'END'
            import collections, resource, socket, sys
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            host, port = sys.argv[1].removeprefix("http://").split(":")
            clients = [socket.create_connection((host, int(port))) for _ in range(10000)]
            for client in clients: client.sendall(b"GET /echo HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
            codes = collections.Counter()
            for client in clients:
                client.settimeout(20)
                codes[client.recv(12)[-3:].decode()] += 1
            print(codes["200"] >= 64, codes["200"] + codes["503"])
            END
            python3 many.py $GATEWAY && curl -sSf $GATEWAY/echo -o /dev/null
            curl -sS $GATEWAY/metrics | grep -e '^gitmodel_requests_in_flight' -e '^gitmodel_requests_queued'
            pid=$(tell /status | sed 's/.*"process":\\([0-9]*\\)}$/\\1/') && awk '/VmHWM/ { print ($2 < 500000) ? "small" : $2 }' /proc/$pid/status
            """
        )
        #expect(
            result.output == "True 10000\ngitmodel_requests_in_flight 0\ngitmodel_requests_queued 0\nsmall\n",
            "\(result.output)"
        )
    }

    @Test func `A release that answers garbage is 502, and the next request is answered`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            \(Self.code)
            code $GATEWAY/garbage; code $GATEWAY/echo
            code -o /dev/null -o /dev/null $GATEWAY/echo $GATEWAY/garbage $GATEWAY/echo
            """,
            goesOn: true
        )
        #expect(result.output == "502\n200\n200\n502\n200\n", "\(result.output)")
    }

    @Test func `A release that leaks memory until the system ends it starts again, and the gateway stays small`()
        async throws
    {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            \(Self.code)
            code $GATEWAY/leak
            until curl -fsS $GATEWAY/metrics | grep -q '^gitmodel_child_restarts_total.* 1$'; do sleep 0.1; done
            until curl -fsS -o /dev/null $GATEWAY/health 2>/dev/null; do sleep 0.1; done
            code $GATEWAY/echo; curl -sS $GATEWAY/metrics | grep '^gitmodel_child_restarts_total'
            pid=$(tell /status | sed 's/.*"process":\\([0-9]*\\)}$/\\1/') && awk '/VmHWM/ { print ($2 < 200000) ? "small" : $2 }' /proc/$pid/status
            """,
            goesOn: true
        )
        #expect(result.output.hasPrefix("502\n200\n"), "\(result.output)")
        #expect(result.output.hasSuffix("version=\"v1.0.0\"} 1\nsmall\n"), "\(result.output)")
    }

    @Test func `Malformed JSON goes to the release as it is, and into the log as a text`() async throws {
        let place = try await GatewayPlace(keys: #""requestLog": "requests.log", "logsPayloads": true"#)
        let result = try await place.run(
            """
            log=~/target/requests.log
            curl -sS -d '{"inputs": [1' -H 'X-Request-Id: one' $GATEWAY/invocations
            printf '\\377\\376' | curl -sS --data-binary @- -H 'X-Request-Id: two' $GATEWAY/invocations
            head -c 60000 /dev/zero | tr '\\0' '[' | curl -sS --data-binary @- -H 'X-Request-Id: three' $GATEWAY/invocations; echo
            until grep -qs three $log; do sleep 0.1; done
            python3 -c 'import json, sys; [print(json.loads(line)["status"], str(json.loads(line)["inputs"])[:13]) for line in open(sys.argv[1])]' $log
            """
        )
        let answers = [13, 2, 60000].map { #"{"predictions": [\#($0)]}"# }.joined()
        #expect(result.output == answers + "\n200 {\"inputs\": [1\n200 None\n200 [[[[[[[[[[[[[\n", "\(result.output)")
    }

    @Test func `What a release says stays, in files of bounded size`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            curl -sS -o /dev/null $GATEWAY/talk; log=~/target/.git-model/gateway.log
            until grep -qs '^0399999 ' $log; do sleep 0.1; done
            ls ~/target/.git-model | grep '^gateway.log'; find ~/target/.git-model -name 'gateway.log*' -size +8192k | wc -l
            cat $log.3 $log.2 $log.1 $log | awk '$2 ~ /^x+$/' | wc -l
            """
        )
        #expect(result.output == "gateway.log\ngateway.log.1\ngateway.log.2\ngateway.log.3\n0\n400000\n")
    }
}
