import TestSupport
import Testing

/// One thing that is lost or damaged does not take the rest with it, and is told.
@Suite struct RemoteTroubleTests {
    /// Two artifacts, each pushed by itself and so in packs of its own.
    private func scratch() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && git commit -qm 'Set up'
            for n in a b; do
                head -c 400000 /dev/urandom > $n.bin
                git model add -q $n.bin && git commit -qm $n && git model push -q
            done
            flip() { printf '\\377\\1\\376\\2' | dd of="$1" bs=1 seek=200 conv=notrunc status=none; }
            largest() { find "$1" -name '*.pack' -size +100k | sort | head -n 1; }
            flip "$(largest ~/models)"
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `What is damaged in a remote does not keep the rest from being pulled`() async throws {
        let scratch = try await scratch()
        let result = try await scratch.run(
            "git clone -q . ~/clone && cd ~/clone && git model pull --trust ~/models; echo $?; ls *.bin"
        )
        #expect(result.output.contains("\n3\n"), "\(result.output)")
        #expect(["a.bin", "b.bin"].filter { result.output.hasSuffix("\n\($0)\n") }.count == 1, "\(result.output)")
    }

    @Test func `A damaged pack of a remote is found by a deep look, and replaced`() async throws {
        let scratch = try await scratch()
        let found = try await scratch.run("git model fsck --deep --check-remote; echo $?")
        #expect(found.output.hasSuffix("\n4\n"), "\(found.output)")
        let mended = try await scratch.run(
            """
            set -e
            git model fsck --deep --check-remote --repair || true
            git model push --all && git model fsck --deep --check-remote
            git clone -q . ~/clone && cd ~/clone && git model pull --trust ~/models && ls *.bin
            """
        )
        #expect(mended.exitCode == 0, "\(mended.output)")
    }

    @Test func `A look at the remote notices a pack that is gone, and a remote that is`() async throws {
        let scratch = try await scratch()
        let sound = try await scratch.run("git model status --check-remote --exit-code")
        #expect(sound.exitCode == 0, "\(sound.output)")
        let lost = try await scratch.run(
            "rm \"$(find ~/models -name '*.pack' -size +100k | head -n 1)\"; git model status --check-remote"
        )
        #expect(lost.output.contains("not in remote"), "\(lost.output)")
        let check = try await scratch.run("git model fsck --check-remote; echo $?")
        #expect(check.output.hasSuffix("\n4\n"), "\(check.output)")
        let gone = try await scratch.run("rm -r ~/models; git model status --check-remote; echo $?")
        #expect(gone.output.hasSuffix("\n13\n"), "\(gone.output)")
    }

    @Test func `A directory that is gone is no new one, and the next push to a new one makes it`() async throws {
        let scratch = try await scratch()
        let result = try await scratch.run(
            """
            rm -r ~/models && git clone -q . ~/c && mkdir ~/empty && cd ~/c
            git model pull || echo "= $?"
            git model fetch --dry-run || echo "= $?"
            git model remote add -q new ~/new && git model remote copy store new || echo "= $?"
            git model remote add -q empty ~/empty && git model fetch --remote empty || echo "= $?"
            cd ~/sentiment && git model push || echo "= $?"
            git model remote add -q new ~/new && git model push -q --remote new && test -e ~/new/format
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "= 13\n")
        try #require(parts.count >= 5, "\(result.output)")
        let gone = """
            error: cannot reach remote \(scratch.home)/models: there is no such directory
            hint: see whether the disk that it is on is mounted: `mount`

            """
        for part in parts.prefix(3) { #expect(part.contains(gone), "\(part)") }
        #expect(parts[3].contains("/empty has no store: it has no format file\n"), "\(parts[3])")
        #expect(parts[4].contains("hint: see whether the disk that it is on is mounted: `mount`\n"), "\(parts[4])")
    }

    @Test func `An old version whose bytes are nowhere does not keep the rest from being pushed`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --remote ~/models && git commit -qm 'Set up'
            seq 1 100000 > a.bin && git model add -q a.bin && git commit -qm a && rm -r .git/model/store
            seq 1 100001 > a.bin && git model add -q a.bin && git commit -qm b
            git model push --all; echo $?; git model status
            """
        )
        #expect(result.output.contains("\n3\n"), "\(result.output)")
        #expect(result.output.hasSuffix("nothing changed\n"), "\(result.output)")
    }

    @Test func `A flipped bit is found, told of the artifact, and mended as the hint says`() async throws {
        let scratch = try await scratch()
        let deep = try await scratch.run(
            """
            rm -r ~/models && ! git model push -q --all 2>/dev/null
            printf '\\377\\1\\376\\2' | dd of="$(find .git/model/store -name '*.pack' -size +100k | sort | head -n 1)" \
                bs=1 seek=200 conv=notrunc status=none
            git model fsck --deep; echo $?
            """
        )
        #expect(deep.output.hasSuffix("\n4\n"), "\(deep.output)")
        #expect(deep.output.contains("git model fsck --deep --repair"), "\(deep.output)")
        #expect(deep.output.contains("what it needs is in a damaged pack"), "\(deep.output)")
        let mended = try await scratch.run("git model fsck --deep --repair; git model fsck --deep")
        #expect(mended.exitCode == 0, "\(mended.output)")
    }

    @Test func `A directory that is mounted from elsewhere, also without the right to write, is a remote`() async throws
    {
        let result = try await ScratchRepository().run(
            """
            mkdir ~/disk ~/models && mount --bind ~/disk ~/models
            git model init -q --remote ~/models && git commit -qm 'Set up'
            head -c 1200000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm a && git model push -q
            git model remote check && git model fsck -q --deep --check-remote && git model gc -q --remote store
            test -z "$(find ~/disk -name '.git-model-tmp*')" && find ~/disk/packs -type f | grep -c pack
            mount -o remount,bind,ro ~/models && git clone -q . ~/c && cd ~/c
            git model pull -q --trust ~/models && cmp a.bin ~/sentiment/a.bin && seq 9 > b.bin && git model add -q b.bin && git commit -qm b
            git model push || echo refused $?
            umount ~/models && git model status --check-remote
            mount --bind ~/disk ~/models && git model push -q && git model fsck --deep --check-remote
            """,
            mounts: true
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["\n2\n", "refused 5\n", "not in remote  a.bin", "\n2 artifact versions can be rebuilt\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A remote does not record the login of Git's own URL`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --remote ~/models && seq 9 > m.bin && git model add -q m.bin && git commit -qm one
            git remote add origin https://ada:secret@git.example.org/x.git && git model push -q
            grep -rh '^repository ' ~/models/roots && ! grep -r secret ~/models
            """
        )
        #expect(result.output == "repository https://git.example.org/x.git\n")
        #expect(result.exitCode == 0)
    }

    @Test func `Who meets a damaged frame is told what finds and mends it`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && head -c 900000 /dev/urandom > m.bin && git model add -q m.bin
            git commit -qm One && git model push -q && mv m.bin ~
            pack=$(find .git/model/store/packs -name '*.pack' -size +100k)
            printf 'X!x?' | dd of="$pack" bs=1 seek=500000 conv=notrunc status=none
            hint() { sed -n 's/^hint: see what can be mended: `\\(.*\\)`$/\\1/p' ~/err; }
            ! git model cat m.bin > ~/cat 2> ~/err || exit 7
            cat ~/err && hint > ~/first
            ! git model checkout > ~/err 2>&1 || exit 7
            cat ~/err && hint > ~/second && cmp ~/first ~/second
            sh ~/second || echo "mended with $?"
            git model checkout -q
            cmp m.bin ~/m.bin
            """
        ).expectSuccess()
        #expect(result.output.contains("`git model fsck --deep --repair`"), "\(result.output)")
    }

    @Test func `What damage took is stored again where the file still is, as the hints say`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q && head -c 900000 /dev/urandom > m.bin && git model add -q m.bin && git commit -qm One
            pack=$(find .git/model/store/packs -name '*.pack' -size +100k)
            printf 'X!x?' | dd of="$pack" bs=1 seek=5000 conv=notrunc status=none
            ! git model fsck --deep
            ! git model fsck --deep --repair
            git model add m.bin
            git model fsck --deep && cp m.bin ~ && rm m.bin && git model checkout -q && cmp m.bin ~/m.bin
            """
        ).expectSuccess()
        for text in [
            "git model fsck --deep --repair`", "git model add m.bin`", "again, which the store did not have\n",
        ] {
            #expect(result.output.contains(text), "\(result.output)")
        }
    }
}
