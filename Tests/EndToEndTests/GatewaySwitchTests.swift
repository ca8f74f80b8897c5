import TestSupport
import Testing

/// Releases that come and go behind the gateway.
@Suite struct GatewaySwitchTests {
    private static func order(_ number: Int, percent: Int? = nil) -> String {
        "'{\"release\": \"m-v\(number).0.0\"\(percent.map { ", \"percent\": \($0)" } ?? "")}'"
    }

    private static let version = "curl -sS $GATEWAY/version | grep -o 'v[0-9].0.0'"

    @Test func `A release is tried, gets the traffic in one step, and the one before ends`() async throws {
        let place = try await GatewayPlace(releases: 2)
        let result = try await place.run(
            """
            tell /prepare \(Self.order(2)) | grep -o '"result":"[a-z]*"' && \(Self.version)
            old=$(curl -sS $GATEWAY/echo | sed 's/.*"pid": \\([0-9]*\\).*/\\1/')
            tell /switch \(Self.order(2)) | grep -o '"percent":100' && \(Self.version)
            curl -sS -D - -o /dev/null $GATEWAY/echo | grep -i x-model-version | tr -d '\\r'
            while alive $old; do sleep 0.1; done; tell /status | grep -o '"release":"[^"]*"'
            """
        )
        #expect(
            result.output == """
                "result":"unchecked"
                v1.0.0
                "percent":100
                v2.0.0
                x-model-version: v2.0.0
                "release":"m-v2.0.0"

                """,
            "\(result.output)"
        )
    }

    @Test func `No request fails during switches`() async throws {
        let count = Soak.isOn ? 100 : 20
        let place = try await GatewayPlace(releases: 2)
        let result = try await place.run(
            """
            wrk -t1 -c8 -d3600 $GATEWAY/echo > wrk.txt 2>&1 & wrk=$!
            sleep 0.5
            for n in $(seq \(count)); do
                order="{\\"release\\": \\"m-v$((n % 2 + 1)).0.0\\"}"
                tell /prepare "$order" > prepared && grep -q unchecked prepared || { cat prepared; break; }
                tell /switch "$order" > switched && grep -q '"percent":100' switched || { cat switched; break; }
            done
            kill -INT $wrk; wait $wrk; cat wrk.txt
            curl -sS $GATEWAY/metrics | grep '^gitmodel_requests_total'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("requests in"), "\(result.output)")
        // wrk says so where there were any.
        #expect(!result.output.contains("Non-2xx") && !result.output.contains("Socket errors"), "\(result.output)")
        for version in ["v1.0.0", "v2.0.0"] {
            #expect(
                result.output.contains("version=\"\(version)\",endpoint=\"other\",code=\"200\"}"),
                "\(result.output)"
            )
        }
        #expect(!result.output.contains("code=\"5"), "\(result.output)")
    }

    @Test func `A release that does not start changes nothing`() async throws {
        let place = try await GatewayPlace(releases: 2, broken: [2])
        let result = try await place.run(
            """
            curl -sS --unix-socket $SOCKET -w '%{http_code}\\n' http://localhost/prepare -d \(Self.order(2))
            curl -sS --unix-socket $SOCKET -w '%{http_code}\\n' http://localhost/switch -d \(Self.order(2))
            \(Self.version); tell /status | grep -o '"release":"[^"]*"'
            """
        )
        #expect(
            result.output.contains("the weights are damaged") && result.output.contains("}422\n"),
            "\(result.output)"
        )
        #expect(result.output.contains("m-v2.0.0 is not prepared\"}409\n"), "\(result.output)")
        #expect(result.output.hasSuffix("v1.0.0\n\"release\":\"m-v1.0.0\"\n"), "\(result.output)")
    }

    @Test func `A share goes to the new release, and a key stays where it is`() async throws {
        let place = try await GatewayPlace(releases: 2)
        let result = try await place.run(
            """
            tell /prepare \(Self.order(2)) >/dev/null; tell /switch \(Self.order(2, percent: 30)) | grep -o '"percent":[0-9]*'
            ask() { curl -sS -o /dev/null -D - "$@" $GATEWAY/echo | grep -i x-model-version | tr -d '\\r'; }
            for n in $(seq 100); do ask; done | sort | uniq -c
            for key in $(seq 20); do for n in 1 2 3; do ask -H "X-Request-Key: $key"; done | sort -u | wc -l; done | sort -u
            tell /abort \(Self.order(1)); echo; tell /abort \(Self.order(2)) >/dev/null
            for n in $(seq 30); do ask; done | sort -u
            """
        )
        #expect(result.output.hasPrefix("\"percent\":70\n\"percent\":30\n"), "\(result.output)")
        for text in [" x-model-version: v1.0.0\n", " x-model-version: v2.0.0\n1\n", "m-v1.0.0 has the traffic"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.hasSuffix("}\nx-model-version: v1.0.0\n"), "\(result.output)")
    }

    @Test func `During a canary the other release takes over for one that ended`() async throws {
        let place = try await GatewayPlace(releases: 2)
        let result = try await place.run(
            """
            tell /prepare \(Self.order(2)) >/dev/null; tell /switch \(Self.order(2, percent: 50)) >/dev/null
            touch ~/target/releases/m-v2.0.0/broken
            kill -9 $(tell /status | grep -o '"process":[0-9]*,"release":"m-v2.0.0"' | tr -dc '0-9,' | cut -d, -f1)
            sleep 0.5
            for n in $(seq 40); do curl -sS -o /dev/null -w '%{http_code} ' $GATEWAY/echo; done | tr ' ' '\\n' | sort | uniq -c | tr -d ' \\n'
            """
        )
        #expect(result.output == "40200" || result.output == "140200", "\(result.output)")
    }

    @Test func `Asked to end, it lets requests end, and leaves nobody behind`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            pid=$(tell /status | sed 's/.*"process":\\([0-9]*\\)}$/\\1/')
            child=$(curl -sS $GATEWAY/echo | sed 's/.*"pid": \\([0-9]*\\).*/\\1/')
            curl -sS -N $GATEWAY/stream > stream & curl=$!
            sleep 0.3; kill -TERM $pid; sleep 0.2; curl -sS $GATEWAY/ping 2>/dev/null || echo closed
            wait $curl && grep -c data stream
            while alive $pid; do sleep 0.1; done; alive $child || echo gone
            test -e $SOCKET || echo no socket
            """,
            goesOn: true
        )
        #expect(result.output == "closed\n3\ngone\nno socket\n", "\(result.output)")
    }

    @Test func `Killed, it leaves nobody behind, and begins again with what is current`() async throws {
        let place = try await GatewayPlace(releases: 2)
        let result = try await place.run(
            """
            pid=$(tell /status | sed 's/.*"process":\\([0-9]*\\)}$/\\1/')
            child=$(curl -sS $GATEWAY/echo | sed 's/.*"pid": \\([0-9]*\\).*/\\1/')
            git-model-gateway ~/gateway.json; echo $?
            tell /prepare \(Self.order(2)) >/dev/null; ln -sfn releases/m-v2.0.0 ~/target/current; kill -9 $pid
            while alive $child; do sleep 0.1; done; echo gone
            git-model-gateway ~/gateway.json 2> log & again=$!
            until grep -qs Serving log; do sleep 0.1; done; cat log | sed 's/ at.*//'
            tell /stop '{}' | grep -o '"release":"[^"]*"'; wait $again; echo $?
            """,
            goesOn: true
        )
        #expect(result.output.hasPrefix("error: another gateway serves "), "\(result.output)")
        #expect(
            result.output.hasSuffix("\n11\ngone\nServing m-v2.0.0\n\"release\":\"m-v2.0.0\"\n0\n"),
            "\(result.output)"
        )
    }

    @Test func `Who holds its lock for a moment, as to ask whether it runs, keeps it from nothing`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            lock=~/target/.git-model/gateway.lock; tell /stop '{}' > answer; until flock -n $lock true; do sleep 0.1; done
            flock $lock sh -c 'echo > held; sleep 0.3' & until test -e held; do sleep 0.02; done
            git-model-gateway ~/gateway.json 2> log & again=$!
            for n in $(seq 300); do grep -qs -e Serving -e error log && break; sleep 0.1; done; sed 's/ at.*//' log
            tell /stop '{}' > answer; wait $again; echo $?
            """,
            goesOn: true
        )
        #expect(result.output == "Serving m-v1.0.0\n0\n", "\(result.output)")
    }

    @Test func `Only its owner reaches its socket`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run("stat -c %a $SOCKET; tell /nope; tell /prepare '{'; tell '/stats?window=60'")
        #expect(result.output.hasPrefix("600\n{\"error\":\"there is no such request\"}"), "\(result.output)")
        #expect(result.output.contains("\"requests\":"), "\(result.output)")
    }
}
