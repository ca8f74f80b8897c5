import TestSupport
import Testing

/// Stores that are encoded anew, and versions that are taken away for good, by the commands a user types.
@Suite struct RepackTests {
    /// A repository with three versions of a model, pushed to `~/models`, whose bytes are in `~/v1` to `~/v3`.
    private func versions() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([(name: "layer.0", count: 60_000), (name: "layer.1", count: 20_000)], seed: 1)
        for number in 1...3 {
            model.train(seed: UInt64(10 + number))
            try scratch.write(model.bytes, to: "../v\(number)")
        }
        try await scratch.run(
            """
            set -e
            git model init -q --name small --remote ~/models
            for n in 1 2 3; do
                cp ~/v$n m.safetensors && git model add -q m.safetensors && git commit -qm $n
                git model tag -q v$n.0.0 && git model push -q
            done
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `A clone of a repacked remote fetches no more than the newest version's size, and has every version`()
        async throws
    {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            set -e
            size=$(stat -c %s m.safetensors)
            fetched() { git model fetch --dry-run --json | sed 's/.*"bytes":\\([0-9]*\\).*/\\1/'; }
            git clone -q . ~/before && ( cd ~/before && [ $(fetched) -gt $size ] )
            git model repack --dry-run --remote store && git model repack --remote store && git model repack --remote store
            git model fsck --deep --check-remote
            git clone -q . ~/after && cd ~/after && [ $(fetched) -le $size ]
            for n in 1 2 3; do git model checkout -q v$n.0.0 && cmp m.safetensors ~/v$n; done
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("would become"), "\(result.output)")
        #expect(result.output.contains("Remote store: nothing to repack"), "\(result.output)")
    }

    @Test func `Checkpoints side by side stay differences to each other`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            set -e
            git model init -q --name run && mkdir run
            for n in 1 2 3; do cp ~/v$n run/$n.safetensors && git model add -q --model run run/$n.safetensors; done
            git commit -qm Run && git model tag -q run@v1.0.0
            before=$(du -sb .git/model/store/packs | cut -f1)
            git model repack && git model fsck --deep
            after=$(du -sb .git/model/store/packs | cut -f1)
            [ $after -lt $((before + before / 10)) ]
            """
        )
        try result.expectSuccess()
    }

    @Test func `What killed commands left goes with a repack, whatever it holds`() async throws {
        let scratch = try await versions()
        try await scratch.run(
            """
            set -e
            left=.git-model-tmp-999999999-1
            cp ~/v1 .git/model/store/packs/$left && cp ~/v1 ~/models/packs/$left
            git model repack -q --remote store
            [ ! -e .git/model/store/packs/$left ] && [ ! -e ~/models/packs/$left ]
            cp ~/v1 .git/model/store/packs/$left && git model gc -q --prune-now && [ ! -e .git/model/store/packs/$left ]
            """
        ).expectSuccess()
    }

    @Test func `A clone that still has what was purged does not bring it back by itself`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            git clone -q . ~/other && ( cd ~/other && git model fetch -q --all --tags )
            git model purge -q v1.0.0 --yes
            cd ~/other
            git model push --tags; echo "= $?"
            git model push -q --tags --restore-purged; echo "= $?"
            git model push -q --tags; echo "= $?"
            """
        )
        #expect(result.output.contains("was purged from remote store"), "\(result.output)")
        let codes = result.output.split(separator: "\n").filter { $0.hasPrefix("= ") }
        #expect(codes == ["= 3", "= 0", "= 0"], "\(result.output)")
    }

    @Test func `A clone that has only a later version takes the purged bytes out, too`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            set -e
            git clone -q . ~/other && ( cd ~/other && git model fetch -q v2.0.0 )
            git clone -q . ~/slim && ( cd ~/slim && git model fetch -q v1.0.0 v2.0.0 && git model slim -q v1.0.0 )
            git model purge -q v1.0.0 --yes
            for clone in ~/other ~/slim; do
                cd $clone && git model purge v1.0.0 --yes
                git model fetch -q && git model fsck --deep && git model checkout -q --no-fetch v2.0.0 && cmp m.safetensors ~/v2
            done
            """
        )
        try result.expectSuccess()
        #expect(!result.output.contains("Store: nothing to purge"), "\(result.output)")
    }

    @Test func `A purged version is gone here and in the remote, everybody is told so, and the others are whole`()
        async throws
    {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            git model purge v1.0.0; echo "= $?"
            git model purge v3.0.0 --yes; echo "= $?"
            set -e
            git model purge v1.0.0 --dry-run
            git model purge v1.0.0 --yes
            for verb in log 'list small'; do
                git model $verb > ~/out && cat ~/out && grep -q 'v1.0.0 .*(purged)$' ~/out && test $(grep -c purged ~/out) = 1
                test $(git model $verb --json | grep -o '"isPurged": *[a-z]*' | grep -c true) = 1
            done
            git model fsck --deep --check-remote
            git model push --all
            git model purge v1.0.0 --yes
            git clone -q . ~/clone && cd ~/clone
            for n in 2 3; do git model checkout -q v$n.0.0 && cmp m.safetensors ~/v$n; done
            git model fetch v1.0.0 || echo "= $?"
            git model checkout v1.0.0 || echo "= $?"
            git checkout -q small@v1.0.0 && rm -f m.safetensors && git model status
            git model tag | grep -q v1.0.0
            """
        )
        try result.expectSuccess()
        for text in [
            "nothing brings back what purge takes away", "git model purge v1.0.0 --yes", "= 5\n",
            "m.safetensors is in use by refs/heads/main, the index, HEAD, the work tree", "  goes  ", "  purged  ",
            "Remote store: ", "2 artifact versions can be rebuilt, 1 purged\n", "is left out: its bytes were purged",
            "Store: nothing to purge\n", "its bytes were purged from remote store", "= 3\n",
            "cannot check out small@v1.0.0: the bytes of m.safetensors were purged",
            "warning: the bytes of m.safetensors were purged\n",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }

    @Test func `A remote whose disk is not mounted is not passed over`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            mkdir ~/empty && git model remote add -q empty ~/empty && mv ~/models ~/away && mkdir ~/models
            git model purge v1.0.0 --yes; echo "= $?"
            rmdir ~/models && mv ~/away ~/models && git model purge v1.0.0 --yes; echo "= $?"
            """
        )
        let parts = result.output.split(separator: "\n= ", omittingEmptySubsequences: false)
        try #require(parts.count == 3, "\(result.output)")
        #expect(parts[0].contains("cannot reach remote store"), "\(parts[0])")
        #expect(parts[0].contains("warning: remote empty has no store: nothing was taken out there"), "\(parts[0])")
        #expect(parts[1].hasPrefix("3\n"), "\(parts[1])")
        #expect(parts[1].contains("Remote store: "), "\(parts[1])")
        #expect(parts[2] == "0\n")
    }

    @Test func `What another version or repository needs stays, and what is in use goes only by force`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            git commit -q --allow-empty -m again && git model tag -q --force v3.1.0
            git model purge v3.0.0 --yes
            git model purge v3.0.0 v3.1.0 --yes || echo "= $?"
            flock -s ~/models/lock git model purge v2.0.0 --yes || echo "= $?"
            git model purge v2.0.0 --yes
            root=$(grep -l "$(git show small@v3.0.0:m.safetensors.mver | sed -n 's/.*sha256://p')" ~/models/roots/* | head -1)
            sed 's,^repository .*,repository https://other/repository,' $root > ~/foreign
            cp ~/foreign ~/models/roots/$(sha256sum < ~/foreign | cut -d' ' -f1)
            ! git model list | grep purged
            git model purge v3.0.0 v3.1.0 --yes --force || echo "= $?"
            git model list | grep -q 'v3.1.0 (purged)'
            git model list --json | grep -q '"isPurged": *true'
            git model fsck --deep
            """
        )
        for text in [
            "stays", "for small@v3.1.0", "is in use by", "= 5\n", "locked by another process", "= 3\n",
            "because https://other/repository needs them at", "1 artifact version can be rebuilt, 2 purged\n",
        ] { #expect(result.output.contains(text), "\(text) in \(result.output)") }
    }
}
