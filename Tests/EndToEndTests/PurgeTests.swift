import SystemPackage
import TestSupport
import Testing

/// A version is purged where nobody can be locked out: nothing finds its bytes any more, and a day later they are gone.
@Suite struct PurgeTests {
    /// Three versions of a model, tagged and pushed to `$url`, whose files are in `$place`.
    private static let versions = """
        set -e
        later() { find "$place" -type f -exec touch -d "$(date -d '25 hours ago' '+%F %T')" {} +; sleep 2; }
        packs() { find "$place/packs" -name '*.pack' -exec cat {} + | sha256sum; }
        git init -q --bare ~/origin && git remote add origin ~/origin
        git model init -q --name small --remote "$url"
        for number in 1 2 3; do
            cp ~/v$number m.safetensors && git model add -q m.safetensors && git commit -q -m $number
            git model tag -q v$number.0.0 && git model push -q
        done
        git push -q origin main --tags
        git clone -q ~/origin ~/other && git -C ~/other model trust "$url"

        """

    /// Purges the first version from a clone that has nothing here, and looks at what others find, then and later.
    private static let purge = """
        cd ~/other && oid=$(git show small@v1.0.0:m.safetensors.mver | sed -n 's/oid sha256://p')
        before=$(packs) && git model purge v1.0.0 --dry-run && test "$(packs)" = "$before" && test ! -e "$place/tomb"
        git model purge v1.0.0 --yes --json > ~/json && cat ~/json && ls "$place/tomb" | grep -q .
        grep -q '"goneAfter": *"20..-..-..T..:..:..Z"' ~/json && git model purge v1.0.0 --yes
        test ! -e "$place/objects/$(printf %.2s $oid)/$oid.idx" && test -e "$place/purged/$oid"
        look() {
            rm -rf ~/fresh && git clone -q ~/origin ~/fresh && cd ~/fresh && git model trust "$url"
            for number in 2 3; do git model checkout -q v$number.0.0 && cmp m.safetensors ~/v$number; done
            git model fsck --deep --check-remote
            ! git model fetch v1.0.0 2> ~/err && cat ~/err
        }
        look
        cd ~/sentiment && mkdir -p .git/model/known-files && git model purge v1.0.0 --yes && test ! -e .git/model/known-files
        git model push -q --tags && cd ~/other
        count=$(ls "$place/tomb" | wc -l) && git model gc --remote store && test $(ls "$place/tomb" | wc -l) = $count
        later && git model gc --remote store && test $(ls "$place/tomb" | wc -l) = 0 && look
        echo "= done"
        """

    /// Runs a script once the versions are there; `place` says where.
    private func run(_ script: String, at place: String, in scratch: ScratchRepository) async throws -> ShellResult {
        var model = SafetensorsBytes([(name: "layer.0", count: 60_000), (name: "layer.1", count: 20_000)], seed: 1)
        for number in 1...3 {
            model.train(seed: UInt64(10 + number))
            try scratch.write(model.bytes, to: "../v\(number)")
        }
        return try await scratch.run(place + PurgeTests.versions + script)
    }

    private func expectPurge(at place: String, in scratch: ScratchRepository) async throws {
        let result = try await run(PurgeTests.purge, at: place, in: scratch)
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in [
            "Remote store: ", "; gone after ", "have it deleted after", "`git model gc --remote store`",
            "its bytes were purged", "2 artifact versions can be rebuilt, 1 not here\n", "Deleted 4 packs",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }

    @Test func `Who prints or counts what was purged is told so, and the rest of the model is still explained`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await run(
            """
            echo "= slim" && git model slim -q v1.0.0 && git model du
            git model purge -q v1.0.0 --yes && git model du
            for words in '' '--tensor layer.0' --no-fetch; do ! git model cat v1.0.0:m.safetensors $words > ~/out 2>&1 && cat ~/out; done
            git clone -q ~/origin ~/fresh && cd ~/fresh && git model trust "$url"
            ! git model cat v1.0.0:m.safetensors > ~/out 2>&1 && cat ~/out && echo "= done"
            """,
            at: "url=~/models place=~/models\n",
            in: scratch
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        let told = result.output.ranges(of: "error: the bytes of m.safetensors were purged").count
        #expect(told == 4, "\(result.output)")
        let lines = result.output.split(separator: "\n")
        for text in ["small@v1.0.0          not here", "small@v1.0.0          purged"] {
            #expect(lines.contains { $0.hasSuffix(text) }, "\(text): \(result.output)")
        }
        for text in [", not here 320 kB", ", purged 320 kB"] {
            let line = lines.first { $0.hasSuffix(text) }
            #expect(line?.contains("small (all versions)  ") == true, "\(text): \(result.output)")
        }
    }

    @Test func `In a bucket`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("mkdir -p ~/s3/bucket").expectSuccess()
        let server = try await LoopbackServer(
            log: scratch.home.appending("s3.log"),
            environment: ["HOME": scratch.home.string]
        ) {
            [
                "rclone", "serve", "s3", "--addr", "127.0.0.1:\($0)", "--auth-key",
                "AKIDAKIDAKIDAKID,secretsecretsecret",
                "--vfs-cache-mode", "off", "--dir-cache-time", "1s", scratch.home.appending("s3").string,
            ]
        }
        defer { extendLifetime(server) }
        let place = """
            export AWS_ACCESS_KEY_ID=AKIDAKIDAKIDAKID AWS_SECRET_ACCESS_KEY=secretsecretsecret AWS_EC2_METADATA_DISABLED=true
            url='s3://bucket/models?endpoint=\(server.origin)&region=us-east-1' place=~/s3/bucket/models

            """
        try await expectPurge(at: place, in: scratch)
    }

    @Test func `On a server that OpenSSH reaches`() async throws {
        let scratch = try await ScratchRepository()
        let server = try await SSHServer()
        defer { extendLifetime(server) }
        try await expectPurge(at: PurgeTests.place(on: server), in: scratch)
    }

    private static func place(on server: SSHServer) -> String {
        """
        export GIT_SSH_COMMAND="\(server.command)"
        url='\(server.url(of: "models"))' place='\(server.directory)/models'

        """
    }

    @Test func `What a push by SSH left in a directory is told of, and gone a day later`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await run(
            """
            left="$place/packs/.git-model-tmp-0-1" own=.git/model/store/packs/.git-model-tmp-0-2
            cp ~/v1 "$left" && cp ~/v1 $own && git model purge v1.0.0 --dry-run 2> ~/err && cat ~/err
            test $(grep -c '^warning: what a push by SSH began in ' ~/err) = 2
            git model purge v1.0.0 --yes && test -e "$left" && test -e $own
            later && touch -d "$(date -d '25 hours ago' '+%F %T')" $own
            git model gc && test ! -e $own && test -e "$left" && git model gc --remote store && test ! -e "$left"
            git model purge v1.0.0 --yes 2> ~/err && test $(grep -c '^warning: ' ~/err) = 0 && echo "= done"
            """,
            at: "url=~/models place=~/models\n",
            in: scratch
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in [
            "/.git/model/store and did not finish may have the bytes: when that is a day old, `git model gc` deletes it\n",
            "/models and did not finish may have the bytes: when that is a day old, `git model gc --remote store` deletes",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }

    @Test func `Where packs are on their way out of a directory, what any push left is told of`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await run(
            """
            git switch -qc side && head -c 100000 /dev/urandom > n.bin && git model add -q n.bin && git commit -qm side
            git model push -q && cd ~/other && later && git model gc --remote store --retire --older-than 1
            ls "$place/tomb" | grep -q . && left="$place/packs/.git-model-tmp-1-1" && cp ~/v1 "$left"
            git model purge v1.0.0 --dry-run 2> ~/err && cat ~/err && grep -q '^warning: what a push began in ' ~/err
            git model purge v1.0.0 --yes 2> ~/err && grep -q '^warning: what a push began in ' ~/err && test -e "$left"
            later && git model gc --remote store && test ! -e "$left"
            git model purge v1.0.0 --yes 2> ~/err && test $(grep -c '^warning: ' ~/err) = 0 && echo "= done"
            """,
            at: "url=~/models place=~/models\n",
            in: scratch
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in [
            "; gone after ",
            "/models and did not finish may have the bytes: when that is a day old, `git model gc --remote store` deletes",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }

    @Test func `What is in another's use is refused with what to do`() async throws {
        let scratch = try await ScratchRepository()
        let server = try await SSHServer()
        defer { extendLifetime(server) }
        let result = try await run(
            """
            root=$(grep -l "$(git show small@v1.0.0:m.safetensors.mver | sed -n 's/.*sha256://p')" "$place"/roots/* | head -1)
            sed 's,^repository .*,repository https://other/repository,' $root > ~/foreign
            cp ~/foreign "$place/roots/$(sha256sum < ~/foreign | cut -d' ' -f1)"
            code=0 && git model purge v1.0.0 --yes || code=$? && test $code = 3 && test ! -e "$place/tomb"
            test $(grep -l https://other "$place"/roots/* | wc -l) = 1
            git model gc --remote store --retire-repository https://other/repository
            git model purge v1.0.0 --yes && git model fsck --deep --check-remote && echo "= done"
            """,
            at: PurgeTests.place(on: server),
            in: scratch
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in [
            "because https://other/repository needs them at", "--retire-repository https://other/repository",
            "2 artifact versions can be rebuilt, 1 purged\n", "; gone after ",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }

    @Test func `Where files have the times of who wrote them, nothing goes, and it says what to do`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write("[nas]\ntype = alias\nremote = \(scratch.home)/nas\n", to: "../.config/rclone/rclone.conf")
        let place = """
            export PATH=$PATH:\(PackageFiles.root)/.build-venv/bin && mkdir ~/nas
            url=rclone://nas/models place=~/nas/models

            """
        let result = try await run(
            """
            before=$(packs) && git model purge v1.0.0 --dry-run 2> ~/err && git model gc --remote store --dry-run 2>> ~/err
            warning='warning: remote store: whether anything can be deleted there is only seen without `--dry-run`'
            test $(grep -cFx "$warning" ~/err) = 2 && test "$(packs)" = "$before" && test ! -e "$place/probe"
            code=0 && git model purge v1.0.0 --yes || code=$?
            test $code = 3 && test ! -e "$place/tomb" && test "$(packs)" = "$before"
            later && code=0 && git model gc --remote store || code=$?
            test $code = 5 && test ! -e "$place/tomb" && test "$(packs)" = "$before" && echo "= done"
            """,
            at: place,
            in: scratch
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in [
            "error: remote store: nothing can be deleted in remote rclone://nas/models: it does not say when its files",
            "hint: purge store where its files can be deleted, or start another store, push everything there, and delete",
            "hint: start another store, push everything there, and let this one's owner delete it as a whole",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }
}
