import ModelCore
import TestSupport
import Testing

/// The load of accelerators while a command runs, as a program that passes for NVIDIA's says it.
@Suite struct AcceleratorTests {
    /// Makes an `nvidia-smi` that answers a question about what there is, and does `loop` where it is to go on.
    private static func setUp(_ loop: String) -> String {
        """
        git model init -q --name small && git commit -qm 'Set up' && mkdir ~/bin
        cat > ~/bin/nvidia-smi <<'END'
        #!/bin/sh
        case $* in
            *--loop*) ;;
            *) echo 'NVIDIA A100-SXM4-80GB, 81920 MiB, 550.54.15'; exit ;;
        esac
        echo $$ > ~/pid
        \(loop)
        END
        chmod +x ~/bin/nvidia-smi && export PATH=~/bin:$PATH
        # Whoever has ended, and nobody waits for, is gone as well.
        is_there() { grep -q '^State:' /proc/$1/status 2>/dev/null && ! grep -q '^State:.*zombie' /proc/$1/status; }
        # Goes on when something was noted, however slow the machine is; what is said late is in the next line, ten seconds on.
        cat > ~/bin/noted <<'END'
        #!/bin/sh
        for turn in $(seq 600); do grep -qs "$1" "$GIT_MODEL_RUN_DIR/system.jsonl" && exit; sleep 0.1; done
        exit 9
        END
        chmod +x ~/bin/noted
        watch() {
            for turn in $(seq 100); do is_there "$1" || break; sleep 0.05; done
            if is_there "$1"; then echo 'left behind'; else echo gone; fi
        }

        """
    }

    /// Runs something until a name was noted, and returns all that was noted, then whether the program is still there.
    private func notes(_ loop: String, until name: String) async throws -> (fields: [String: JSONValue], rest: String) {
        let result = try await ScratchRepository().run(
            Self.setUp(loop) + """
                git model run -q -- noted \(name) && cat .git/model/runs/*/system.jsonl
                watch $(cat ~/pid)
                """
        ).expectSuccess()
        let lines = result.output.split(separator: "\n").map(String.init)
        var fields: [String: JSONValue] = [:]
        for line in lines where line.hasPrefix("{") {
            fields.merge(try #require(try JSONValue(parsing: Array(line.utf8)).object)) { $1 }
        }
        return (fields, lines.last ?? "")
    }

    @Test func `What the program says of each accelerator is noted, and it ends with the run`() async throws {
        let (fields, rest) = try await notes(
            """
            echo '2026/01/02 03:04:05.678, 0, 3, 512, 61.25'
            echo '2026/01/02 03:04:10.678, 0, 97, 40536, 312.75'
            echo '2026/01/02 03:04:10.680, 1, 12, 1024, [N/A]'
            printf '2026/01/02 03:04:15.678, 0, 1'
            exec sleep 100
            """,
            until: "gpu_1"
        )
        #expect(fields["system/gpu_0_utilization_percentage"]?.double == 97)
        #expect(fields["system/gpu_0_memory_usage_megabytes"]?.double == 40536)
        #expect(fields["system/gpu_0_power_usage_watts"]?.double == 312.75)
        #expect(fields["system/gpu_1_utilization_percentage"]?.double == 12)
        #expect(fields["system/gpu_1_power_usage_watts"] == nil)
        #expect(fields["system/cpu_utilization_percentage"] != nil && rest == "gone")
    }

    @Test func `A line that lost a part of its date is not believed`() async throws {
        // Of what the program says 64 KiB are kept: 35 bytes of the first line, the long one, and 46 of the last.
        let (fields, _) = try await notes(
            """
            head -c 70000 /dev/zero | tr '\\0' x && echo '2099/01/02 03:04:05.678, 9, 77, 1, 1'
            head -c 65454 /dev/zero | tr '\\0' y && echo && echo '2026/01/02 03:04:10.678, 0, 97, 40536, 312.75'
            exec sleep 100
            """,
            until: "gpu_0"
        )
        #expect(fields["system/gpu_0_utilization_percentage"]?.double == 97)
        #expect(fields.keys.allSatisfy { !$0.contains("gpu_9") })
    }

    @Test(arguments: [
        "exec sleep 100",
        "trap '' TERM; while :; do sleep 1; done",
        "while :; do printf '\\377\\000, no, 1\\n, ,,,\\n2026, 0, x, y, z\\n'; sleep 0.1; done",
        "echo '2026/01/02 03:04:05.678, -1, 3, 4, 5'; echo '2026/01/02 03:04:05.678, 0, nan, -4, 1e999'; exec sleep 100",
        "echo 'Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error'; exit 15",
        "yes 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver' | head -c 300000; exit 9",
    ])
    func `One that hangs, or says nonsense, is as good as none`(loop: String) async throws {
        let (fields, rest) = try await notes(loop, until: "cpu")
        #expect(fields.keys.allSatisfy { !$0.contains("gpu") } && rest == "gone")
        #expect(fields["system/cpu_utilization_percentage"] != nil)
    }

    @Test func `It ends when its run is killed, and nobody starts it where it is not`() async throws {
        let result = try await ScratchRepository().run(
            Self.setUp("trap '' TERM HUP INT; while :; do sleep 1; done") + """
                git-model run -q -- sh -c 'echo $$ > ~/child; exec sleep 100' &
                until [ -s ~/pid ] && [ -s ~/child ]; do sleep 0.05; done
                kill -KILL $! && watch $(cat ~/pid)
                kill $(cat ~/child) && rm ~/pid ~/bin/nvidia-smi
                git model run -q -- noted cpu && ls ~/pid
                """,
            goesOn: true
        )
        #expect(result.output.contains("gone\n") && result.output.contains("No such file"))
    }
}
