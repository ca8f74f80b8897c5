import TestSupport
import Testing

/// A store on a server that OpenSSH reaches, used as its users do.
@Suite struct SSHRemoteTests {
    @Test func `A model goes to a server and comes to a clone, and to another after a new version`() async throws {
        let server = try await SSHServer()
        let scratch = try await ScratchRepository()
        let url = server.url(of: "models")
        let result = try await scratch.run(
            """
            set -e
            export GIT_SSH_COMMAND="\(server.command)"
            git model init -q --remote '\(url)' && git commit -qm 'Set up'
            seq 1 200000 > a.bin && mkdir t && for n in 1 2 3; do seq $n 5000 > t/$n; done
            git model add -q a.bin t && git commit -qm One && git model push -q && git model remote check
            git clone -q . ~/clone && cd ~/clone && git model pull -q && cmp a.bin ~/sentiment/a.bin && diff -r t ~/sentiment/t
            cd ~/sentiment && seq 2 200001 > a.bin && git model add -q a.bin && git commit -qm Two
            unset GIT_SSH_COMMAND && git config core.sshCommand "\(server.command)" && git model push
            cd ~/clone && git config core.sshCommand "\(server.command)" && git pull -q && git model pull -q
            cmp a.bin ~/sentiment/a.bin && git model fsck -q --deep --check-remote
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("gone again"), "\(result.output)")
    }

    @Test func `A login that is refused says so, and how to see why`() async throws {
        let server = try await SSHServer()
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            export GIT_SSH_COMMAND="\(server.strangersCommand)"
            git model init -q --remote '\(server.url(of: "models"))' && git commit -qm 'Set up'
            seq 1 2000 > a.bin && git model add -q a.bin && git commit -qm One && git model push; echo $?
            """
        )
        #expect(result.output.contains("Permission denied (publickey)"), "\(result.output)")
        #expect(result.output.contains("`ssh -p \(server.port) 127.0.0.1`"), "\(result.output)")
        #expect(result.output.hasSuffix("\n12\n"), "\(result.output)")
    }

    @Test func `A push that was killed leaves nothing but temporary files, and goes on`() async throws {
        let server = try await SSHServer()
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            export GIT_SSH_COMMAND="\(server.command)"
            git model init -q --remote '\(server.url(of: "models"))' && git commit -qm 'Set up'
            head -c 80000000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm One
            cd '\(server.directory)' && mkdir models && cd ~/sentiment
            git-model push -q & push=$!
            until find '\(server.directory)/models' -name '.git-model-tmp-*' -size +1000k | grep -q .; do kill -0 $push; sleep 0.01; done
            kill -9 $push && wait $push || test $? = 137
            cd '\(server.directory)/models'
            find . -name '.git-model-tmp-*' | grep -c .
            for pack in $(find . -name '*.pack' ! -name '.git-model-tmp-*'); do
                echo "$(basename $pack .pack)  $pack" | sha256sum -c --quiet
            done
            test ! -e index || test -z "$(ls index)"
            cd ~/sentiment && git model push -q && git clone -q . ~/clone && cd ~/clone && git model pull -q
            cmp a.bin ~/sentiment/a.bin && git model fsck -q --deep --check-remote
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }
}
