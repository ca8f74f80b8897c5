import TestSupport
import Testing

/// What the user's own rclone reaches is a remote.
@Suite struct RcloneRemoteTests {
    @Test func `A remote by rclone is added, checked, pushed to and pulled from, once somebody agreed`() async throws {
        let scratch = try await ScratchRepository()
        try scratch.write("[nas]\ntype = alias\nremote = \(scratch.home)/nas\n", to: "../.config/rclone/rclone.conf")
        let result = try await scratch.run(
            """
            export PATH=$PATH:\(PackageFiles.root)/.build-venv/bin && mkdir ~/nas && seq 90000 > a.bin
            git model init -q --name small --remote rclone://nas/models && git model remote check
            git model add -q a.bin && git commit -q -m one && git model push && git model push
            git clone -q . ~/clone && cd ~/clone && code=0
            XDG_CONFIG_HOME=~/other git model pull 2> ~/err || code=$? && test $code = 12 && cat ~/err
            git model pull -q && cmp a.bin ~/sentiment/a.bin && git model fsck --deep --check-remote
            ! git model remote add x rclone://:local/y 2> ~/err && git model remote add -q x rclone://unknown/y
            code=0 && git model push --remote x 2> ~/err || code=$? && test $code = 13 && cat ~/err
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let expected = [
            "fetch: yes, push: yes", "Pushed 1 artifact", "Nothing to push: store has everything",
            "`git model trust rclone://nas/models`", "rclone knows no remote unknown",
        ]
        for text in expected { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
