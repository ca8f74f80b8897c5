import SystemPackage
import TestSupport
import Testing

/// What goes through the gateway, and what is its own.
@Suite struct GatewayTests {
    @Test func `Every path, method and field passes, and the answer says who gave it`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            curl -sS -D head -X DELETE -H 'X-Request-Id: mine' -H 'Connection: X-Hop' -H 'X-Hop: 1' -H 'X-End: 2' "$GATEWAY/a/../b%2F?x=1" --path-as-is > body
            cat head body
            curl -sS --head $GATEWAY/echo | grep -i '^content-length: [1-9]' && curl -sS -d abc $GATEWAY/invocations
            curl -sS --http1.0 $GATEWAY/echo | grep -o '"method": "GET"'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            #""path": "/a/../b%2F?x=1", "method": "DELETE""#, #""x-end": "2""#, #""x-request-id": "mine""#,
            #""x-forwarded-for": "127.0.0.1""#, "x-model-name: m\r\n", "x-model-version: v1.0.0\r\n",
            "x-model-digest: sha256:1111", "x-request-id: mine\r\n", #"{"predictions": [3]}"#,
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("x-hop"), "\(result.output)")
    }

    @Test func `The first piece of an answer comes before the last is made`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            python3 - $GATEWAY <<'END'
            import sys, time, urllib.request
            answer = urllib.request.urlopen(sys.argv[1] + "/stream")
            first = answer.readline(); start = time.monotonic()
            rest = answer.read()
            print(first, rest.count(b"data"), "apart" if time.monotonic() - start > 0.7 else "at once")
            END
            """
        )
        #expect(result.output == "b'data: 0\\n' 2 apart\n", "\(result.output)")
    }

    @Test func `A body goes on in pieces as it comes, of known length or not`() async throws {
        let place = try await GatewayPlace(keys: #""bodyLimit": 100000000"#)
        let result = try await place.run(
            """
            head -c 50000000 /dev/zero > body
            curl -sS --data-binary @body $GATEWAY/invocations; curl -sS -T - $GATEWAY/x -X POST < body
            curl -sS -H 'Expect: 100-continue' --expect100-timeout 60 --data-binary @body $GATEWAY/invocations
            pid=$(tell /status | sed 's/.*"process":\\([0-9]*\\)}$/\\1/') && awk '/VmHWM/ { print ($2 < 200000) ? "small" : $2 }' /proc/$pid/status
            """
        )
        let whole = #"{"predictions": [50000000]}"#
        #expect(result.output == whole + whole + whole + "small\n", "\(result.output)")
    }

    @Test func `The gateway's own paths say what runs`() async throws {
        let place = try await GatewayPlace()
        let result = try await place.run(
            """
            curl -sSf $GATEWAY/ping && curl -sSf $GATEWAY/health && curl -sSf $GATEWAY/version
            for n in 1 2 3; do curl -sS -o /dev/null -d x $GATEWAY/invocations; done; curl -sS -o /dev/null $GATEWAY/strange/$RANDOM
            curl -sS $GATEWAY/metrics > metrics && promtool check metrics < metrics && cat metrics
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let labels = #"model="m",version="v1.0.0""#
        for text in [
            #""version":"v1.0.0""#, #"gitmodel_requests_total{\#(labels),endpoint="/invocations",code="200"} 3"#,
            #"gitmodel_requests_total{\#(labels),endpoint="other",code="200"} 1"#,
            #"gitmodel_request_duration_seconds_bucket{\#(labels),le="+Inf"} 4"#,
            #"gitmodel_request_duration_seconds_count{\#(labels)} 4"#, "gitmodel_requests_in_flight 0\n",
            "gitmodel_request_errors_total{\(labels)} 0\n",
            #"gitmodel_model_info{\#(labels),digest="sha256:1111"#, "gitmodel_model_load_seconds{",
            "gitmodel_child_restarts_total{\(labels)} 0",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Prometheus scrapes it`() async throws {
        let place = try await GatewayPlace()
        let target = place.origin.dropFirst("http://".count)
        try place.scratch.write(
            """
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: model, static_configs: [{targets: ['\(target)']}]}]
            """,
            to: "prometheus.yml"
        )
        let directory = place.scratch.path
        let prometheus = try await LoopbackServer(log: place.scratch.home.appending("prometheus.log")) { port in
            [
                "prometheus", "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/data",
                "--web.listen-address=127.0.0.1:\(port)",
            ]
        }
        defer { extendLifetime(prometheus) }
        let result = try await place.run(
            """
            curl -sS -o /dev/null -d x $GATEWAY/invocations
            ask() { curl -sS -G --data-urlencode "query=$1" \(prometheus.origin)/api/v1/query; }
            for n in $(seq 100); do ask 'gitmodel_requests_total{version="v1.0.0",code="200"}' > answer; grep -q '"1"]' answer && break; sleep 0.3; done
            cat answer && ask 'up{job="model"}'
            """
        )
        #expect(result.output.contains(#""endpoint":"/invocations""#), "\(result.output)")
        #expect(result.output.hasSuffix("\"1\"]}]}}"), "\(result.output)")
    }

    @Test func `Requests are written down, with payloads only where that is wanted`() async throws {
        let plain = try await GatewayPlace(
            keys: #""requestLog": "requests.log""#
        )
        let result = try await plain.run(
            """
            log=~/target/requests.log
            curl -sS -o /dev/null -d '{"inputs": [1]}' -H 'X-Request-Id: one' $GATEWAY/invocations
            until grep -qs one $log; do sleep 0.1; done
            mv $log moved && curl -sS -o /dev/null -d '{"inputs": [1]}' -H 'X-Request-Id: two' $GATEWAY/invocations
            until grep -qs two $log; do sleep 0.1; done
            cat moved $log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains(#""bytes_in":15,"bytes_out":21,"digest":"sha256:1111"#), "\(result.output)")
        #expect(!result.output.contains("inputs"), "\(result.output)")
    }

    @Test func `A token is asked for, but by health checks`() async throws {
        let token = "correct-horse-battery"
        let place = try await GatewayPlace(variables: ["GIT_MODEL_GATEWAY_TOKEN": token])
        let result = try await place.run(
            """
            code() { curl -sS -o /dev/null -w '%{http_code} ' "$@"; }
            code $GATEWAY/ping; code $GATEWAY/health; code $GATEWAY/echo; code $GATEWAY/metrics; code $GATEWAY/version
            code -H 'Authorization: Bearer correct-horse-batterx' $GATEWAY/echo
            code -H 'Authorization: Bearer \(token)' $GATEWAY/echo; code -H 'Authorization: Bearer \(token)' $GATEWAY/metrics
            tr '\\0' '\\n' < /proc/$(curl -sS -H 'Authorization: Bearer \(token)' $GATEWAY/echo | sed 's/.*"pid": \\([0-9]*\\).*/\\1/')/environ | grep -c TOKEN
            """,
            goesOn: true
        )
        #expect(result.output == "200 200 401 401 401 401 200 200 0\n", "\(result.output)")
    }

    @Test func `Beyond loopback it does not start without a token`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let result = try await scratch.run(
            """
            git-model-gateway; echo $?; git-model-gateway nope.json; echo $?; echo '{' > bad.json; git-model-gateway bad.json; echo $?
            echo '{"schema":1,"host":"0.0.0.0","port":0,"root":"/tmp/x","startTimeout":1,"requestTimeout":1,"idleTimeout":1,"drainTimeout":1,"bodyLimit":1,"concurrency":1,"connectionLimit":1,"logsPayloads":false,"stickyField":"x"}' > far.json
            git-model-gateway far.json; echo $?; GIT_MODEL_GATEWAY_TOKEN=short git-model-gateway far.json; echo $?
            sed 's/0.0.0.0/127.0.0.1/; s,/tmp/x,'"$PWD/empty," far.json > near.json && git-model-gateway near.json; echo $?
            test "$(git-model-gateway --version 2>&1 | sed 's/.* //')" = "$(git-model --version | sed 's/.* //')" && echo same
            """,
            goesOn: true
        )
        for text in [
            "usage: git-model-gateway CONFIGURATION", "bad.json is none\n2\n",
            "0.0.0.0 is not a loopback address: set GIT_MODEL_GATEWAY_TOKEN to a token of at least 16 bytes\n2\nerror: 0.0.0.0",
            "empty/current does not say which release to serve\n5\n", "same\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("short"), "\(result.output)")
    }
}
