import SystemPackage
import TestSupport
import Testing

/// Stores on servers, as users reach them.
@Suite struct WebRemoteTests {
    private static let keys = """
        export AWS_ACCESS_KEY_ID=AKIDAKIDAKIDAKID AWS_SECRET_ACCESS_KEY=secretsecretsecret AWS_EC2_METADATA_DISABLED=true

        """

    private func s3(in scratch: ScratchRepository) async throws -> LoopbackServer {
        try await scratch.run("mkdir -p ~/s3/bucket").expectSuccess()
        return try await LoopbackServer(
            log: scratch.home.appending("s3.log"),
            environment: ["HOME": scratch.home.string]
        ) {
            [
                "rclone", "serve", "s3", "--addr", "127.0.0.1:\($0)", "--auth-key",
                "AKIDAKIDAKIDAKID,secretsecretsecret",
                "--vfs-cache-mode", "off", scratch.home.appending("s3").string,
            ]
        }
    }

    @Test func `A bucket is a remote`() async throws {
        let scratch = try await ScratchRepository()
        let server = try await s3(in: scratch)
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            WebRemoteTests.keys + """
                set -e
                url='s3://bucket/models?endpoint=\(server.origin)&region=us-east-1'
                git model init -q --remote "$url" && git commit -qm 'Set up'
                head -c 400000 /dev/urandom > a.bin
                git model add -q a.bin && git commit -qm a && git model push -q
                git model remote check && git model fsck --check-remote
                git clone -q . ~/clone && cd ~/clone && git model pull --trust "$url" && cmp a.bin ~/sentiment/a.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `Where there is nothing to do, a bucket is asked three times at most`() async throws {
        let scratch = try await ScratchRepository()
        // It logs each request on a line of its own.
        let server = try await LoopbackServer(
            log: scratch.home.appending("s3.log"),
            environment: ["HOME": scratch.home.string]
        ) { ["moto_server", "--host", "127.0.0.1", "--port", "\($0)"] }
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            WebRemoteTests.keys + """
                set -e
                python3 -c 'from urllib.request import *; urlopen(Request("\(server.origin)/bucket", method="PUT"))'
                git model init -q --remote 's3://bucket/models?endpoint=\(server.origin)&region=us-east-1'
                git commit -qm 'Set up'
                for n in a b c; do head -c 40000 /dev/urandom > $n.bin; done
                git model add -q a.bin b.bin c.bin && git commit -qm abc && git model push -q
                for verb in push 'push --dry-run' fetch 'status --check-remote' 'fsck --check-remote'; do
                    before=$(wc -l < ~/s3.log)
                    git model $verb -q
                    echo "$verb: $(($(wc -l < ~/s3.log) - before))"
                done
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let counts = ["push: 3", "push --dry-run: 3", "fetch: 0", "status --check-remote: 3", "fsck --check-remote: 3"]
        for count in counts { #expect(result.output.contains(count + "\n"), "\(result.output)") }
    }

    @Test func `Wrong keys are told with what was tried`() async throws {
        let scratch = try await ScratchRepository()
        let server = try await s3(in: scratch)
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            WebRemoteTests.keys + """
                export AWS_SECRET_ACCESS_KEY=notthekey
                git model init -q --remote 's3://bucket/models?endpoint=\(server.origin)&region=us-east-1'
                git model remote check; echo $?
                """
        )
        #expect(result.output.hasSuffix("\n12\n"), "\(result.output)")
        #expect(result.output.contains("the environment: key AKIDAKIDAKIDAKID"), "\(result.output)")
        #expect(!result.output.contains("notthekey"), "\(result.output)")
    }

    @Test func `Where there are no keys, that is said, with the places and the remote's name`() async throws {
        let scratch = try await ScratchRepository()
        let server = try await s3(in: scratch)
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            export AWS_EC2_METADATA_DISABLED=true
            git model init -q --remote 's3://bucket/models?endpoint=\(server.origin)&region=us-east-1' && git commit -qm 'Set up'
            seq 9 > a.bin && git model add -q a.bin && git commit -qm a && git clone -q . ~/c
            git model push || echo "= $?"
            git model remote check || echo "= $?"
            git model remote add -q store2 's3://bucket/other?endpoint=\(server.origin)&region=us-east-1'
            git model push --remote store2 || echo "= $?"
            rm -r ~/.config && cd ~/c && git model fetch || echo "= $?"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "= 12\n")
        try #require(parts.count == 4, "\(result.output)")
        for part in parts.prefix(3) {
            #expect(part.contains("asked anonymously, for no keys were found; UnsupportedAlgorithm: "), "\(part)")
            #expect(part.contains("caused by: the environment: "), "\(part)")
        }
        #expect(parts[0].contains("hint: see what the remote lets you do: `git model remote check store`\n"))
        #expect(!parts[1].contains("git model remote check"))
        #expect(parts[2].contains("hint: see what the remote lets you do: `git model remote check store2`\n"))
        for text in ["no keys are sent to a service that nobody on this machine agreed to; ", "git model trust 's3://"]
        {
            #expect(parts[3].contains(text), "\(parts[3])")
        }
    }

    @Test func `A web server is checked for what can be done with it`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            git model init -q --remote ~/models && git commit -qm 'Set up'
            seq 1 50000 > a.bin && git model add -q a.bin && git commit -qm a && git model push -q
            """
        ).expectSuccess()
        let server = try await LoopbackServer(log: scratch.home.appending("web.log"), environment: [:]) {
            ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "\(scratch.home)/models", "\($0)"]
        }
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model remote add -q web \(server.origin) && git model remote add -q wrong \(server.origin)/nope
            git model remote check web; git model remote check wrong; git model fetch --remote wrong
            """
        )
        let right = ["  ok  store  git-model store 1\n  ok  read   the same", "\nfetch: yes, push: no\n"]
        let wrong = ["  no  store  there is none\n", "\nfetch: no, push: no\n"]
        for text in right + wrong { #expect(result.output.contains(text), "\(result.output)") }
    }

    @Test func `A web server that wants a login gets the user's, once they agreed to it`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            git model init -q --remote ~/models && git commit -qm 'Set up'
            seq 1 50000 > a.bin && git model add -q a.bin && git commit -qm a && git model push -q
            """
        ).expectSuccess()
        let server = try await LoopbackServer(
            log: scratch.home.appending("web.log"),
            environment: ["HOME": scratch.home.string]
        ) {
            [
                "rclone", "serve", "http", "--addr", "127.0.0.1:\($0)", "--user", "ada", "--pass", "right",
                scratch.home.appending("models").string,
            ]
        }
        defer { extendLifetime(server) }
        let place = server.origin.dropFirst("http://".count)
        let result = try await scratch.run(
            """
            git model remote add -q --force store \(server.origin) && git commit -qam Web && rm ~/.config/git-model/trust
            git clone -q . ~/clone && cd ~/clone
            echo 'machine 127.0.0.1 login ada password right' > ~/.netrc
            git model pull 2> ~/err || echo strange: $?
            grep 'nobody on this machine agreed' ~/err && grep 'git model trust' ~/err
            git model trust -q store && git model pull -q && cmp a.bin ~/sentiment/a.bin
            rm -r a.bin .git/model && echo 'machine 127.0.0.1 login ada password wrong' > ~/.netrc
            git model pull 2> ~/err || echo wrong: $?
            grep -A 1 '[.]netrc: the server does not accept the login of ada' ~/err | grep 'git credential: it has no login'
            git config credential.helper "store --file=$HOME/kept" && echo 'http://ada:right@\(place)' > ~/kept
            git model pull -q && cmp a.bin ~/sentiment/a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("strange: 12\n") && result.output.contains("wrong: 12\n"), "\(result.output)")
    }

    @Test func `Nothing goes because a web server has it, which does not say for whom it keeps what`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("mkdir ~/www").expectSuccess()
        let server = try await LoopbackServer(log: scratch.home.appending("web.log")) {
            let root = scratch.home.appending("www").string
            return ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", root, "\($0)"]
        }
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            RetentionTests.series + """
                git model push -q --all && cp -r ~/models ~/www/store
                git model remote add -q web \(server.origin)/store && git model remote remove -q store
                plan() { git model gc --keep-last 2 --prune-now --dry-run > ~/plan 2>&1 && cat ~/plan; }
                plan && test $(grep -c 'kept: no remote keeps it for this repository' ~/plan) = 6
                ! grep 'send them first' ~/plan && grep 'hint: lose them for good: ' ~/plan
                git model remote add -q later ~/later && plan && grep 'hint: or lose them for good: ' ~/plan
                git model push -q --all --remote later && plan && ! grep 'kept: ' ~/plan && echo "= done"
                """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        let texts = [
            "warning: remote web does not say what it keeps for this repository, and counts as if it lacked all of it\n",
            "hint: send them first: `git model push --all --remote later`\n",
        ]
        for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A copied store is read from a web server, and not written to`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && git commit -qm 'Set up'
            for n in a b; do head -c 400000 /dev/urandom > $n.bin; done
            git model add -q a.bin b.bin && git commit -qm ab && git model push -q
            mkdir ~/www && cp -r ~/models ~/www/store
            """
        ).expectSuccess()
        let server = try await LoopbackServer(log: scratch.home.appending("web.log")) {
            [
                "python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory",
                scratch.home.appending("www").string,
                "\($0)",
            ]
        }
        defer { extendLifetime(server) }
        let read = try await scratch.run(
            """
            set -e
            git clone -q . ~/clone && cd ~/clone
            git model remote add --force web \(server.origin)/store && git config git-model.remote.default web
            git model pull && cmp a.bin ~/sentiment/a.bin && git model fsck --check-remote && git model status --check-remote
            rm a.bin && git model checkout -- a.bin && cmp a.bin ~/sentiment/a.bin
            """
        )
        #expect(read.exitCode == 0, "\(read.output)")
        let write = try await scratch.run(
            """
            cd ~/clone && head -c 400000 /dev/urandom > c.bin && git model add -q c.bin && git commit -qm c
            git model push; echo $?
            """
        )
        #expect(write.output.hasSuffix("\n5\n"), "\(write.output)")
        #expect(write.output.contains("does not let"), "\(write.output)")
        let gone = try await scratch.run(
            "rm -r ~/www/store/packs; cd ~/clone && git model fsck --check-remote; echo $?"
        )
        #expect(gone.output.hasSuffix("\n4\n"), "\(gone.output)")
    }
}
