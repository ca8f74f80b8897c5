import TestSupport
import Testing

/// What the old file of the working copy has is not fetched, though the store lost it.
@Suite struct SeedTests {
    /// Two versions in a remote, of which the second changed one small tensor; a clone that has the first checked out.
    private func clone() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        var model = SafetensorsBytes([("embedding", 150_000), ("layer.0", 12_000)], seed: 1)
        try scratch.write(model.bytes, to: "../v1")
        model.train(["layer.0"], seed: 2)
        try scratch.write(model.bytes, to: "../v2")
        try await scratch.run(
            """
            set -e
            git model init -q --name small --remote ~/models && git commit -qm 'Set up'
            for n in 1 2; do
                mkdir -p t && cp ~/v$n m.safetensors && cp ~/v$n t/shard && seq 30 > t/same && seq 3$n > t/other
                git model add -q m.safetensors t && git commit -qm "Step $n" && git model tag -q v0.$n.0
                git model push -q && (cd ~/models/packs && find . -type f | sort) > ~/packs.$n
            done
            git clone -q . ~/c && cd ~/c && git model checkout -q v0.1.0 && cmp m.safetensors ~/v1
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `After slim only the bytes of new frames are fetched`() async throws {
        let scratch = try await clone()
        let result = try await scratch.run(
            """
            set -e
            bytes() { git model fetch --json "$@" v0.2.0 | sed 's/.*"bytes": *\\([0-9]*\\).*/\\1/'; }
            cp -r ~/c ~/d && cd ~/d && git model slim -q --all && rm -r m.safetensors t && bytes --dry-run && bytes
            cd ~/c && git model slim -q --all && bytes --dry-run && bytes
            git model checkout -q --no-fetch v0.2.0 && cmp m.safetensors ~/v2 && cmp t/shard ~/v2 && seq 32 | cmp - t/other
            git model fsck -q --deep
            """
        )
        try result.expectSuccess()
        let counts = result.output.split(separator: "\n").compactMap { Int($0) }
        try #require(counts.count == 4, "\(result.output)")
        #expect(counts[0] == counts[1] && counts[2] == counts[3], "\(counts)")
        #expect(counts[1] > 400_000, "\(counts)")
        // 48,000 bytes of a tensor that changed, as a difference; the listing, the manifests and a file of 100 bytes.
        #expect(counts[3] > 10_000 && counts[3] < 50_000, "\(counts)")
    }

    @Test
    func `A store that was lost is made up for by the working copy, and the remote is not asked for what that has`()
        async throws
    {
        let scratch = try await clone()
        try await scratch.run(
            """
            set -e
            cd ~/c && rm -rf .git/model/store && for pack in $(cat ~/packs.1); do
                # What is not read need not be there.
                ! [ $(stat -c %s ~/models/packs/$pack) -gt 100000 ] || truncate -s 5000 ~/models/packs/$pack
            done
            git model checkout -q v0.2.0 && cmp m.safetensors ~/v2 && cmp t/shard ~/v2 && git model fsck -q --deep
            rm -rf .git/model/store && git model pull -q && git model fsck -q --deep
            """
        ).expectSuccess()
    }

    @Test func `A file that was changed is no seed for wrong bytes`() async throws {
        let scratch = try await clone()
        try await scratch.run(
            """
            set -e
            cd ~/c && git model slim -q --all && printf x | dd of=m.safetensors bs=1 seek=300000 conv=notrunc 2> ~/dd
            git model checkout -q --force v0.2.0 && cmp m.safetensors ~/v2 && git model fsck -q --deep
            """
        ).expectSuccess()
    }
}
