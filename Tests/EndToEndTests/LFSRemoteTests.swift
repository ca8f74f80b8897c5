import SystemPackage
import TestSupport
import Testing

/// A store in a Git host's own storage, used as its users do: a bare repository, and giftless for its LFS server.
///
/// The limit is for what hangs; waiting for a turn among all tests that run shells counts too.
@Suite(.timeLimit(.minutes(20))) struct LFSRemoteTests {
    /// A scratch repository with a Git remote `origin` in `~/origin.git`, and the server that goes with it.
    private func start(wantsLogin: Bool = false) async throws -> (ScratchRepository, GiftlessServer) {
        let scratch = try await ScratchRepository()
        let server = try await GiftlessServer(in: scratch.home.appending("lfs"), wantsLogin: wantsLogin)
        let result = try await scratch.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git config --global remote.origin.lfsurl '\(server.url(of: "models"))'
            """
        )
        try result.expectSuccess()
        return (scratch, server)
    }

    @Test func `A model goes to the host's own storage and comes to a clone, and to another after a new version`()
        async throws
    {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 200000 > a.bin && mkdir t && for n in 1 2 3; do seq $n 5000 > t/$n; done
            git model add -q a.bin t && git commit -qm One && git model push
            echo commits $(git --git-dir="$HOME/origin.git" rev-list --count git-model-store)
            git push -q -u origin main && git clone -q ~/origin.git ~/clone && cd ~/clone && git model pull -q
            cmp a.bin ~/sentiment/a.bin && diff -r t ~/sentiment/t
            cd ~/sentiment && seq 2 200001 > a.bin && git model add -q a.bin && git commit -qm Two
            git model push -q && git push -q
            cd ~/clone && git pull -q && git model pull -q && cmp a.bin ~/sentiment/a.bin
            git model fsck -q --deep --check-remote && git model status --check-remote
            git status --short && git stash list && test ! -e .git/shallow
            cd ~ && git model get -q origin.git main -o got && cmp got/a.bin ~/sentiment/a.bin && diff -r got/t ~/sentiment/t
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("commits 1\n"), "\(result.output)")
    }

    @Test func `A check asks the LFS server, too, whether packs come and go`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --name small --remote lfs:origin && git commit -qm 'Set up'
            git model remote check | tail -n 1
            git config --global --unset remote.origin.lfsurl && git model remote check || echo "= $?"
            """
        )
        #expect(result.output.contains("fetch: yes, push: yes\n"), "\(result.output)")
        #expect(result.output.hasSuffix("fetch: no, push: no\n= 1\n"), "\(result.output)")
    }

    @Test func `A version is not purged where nothing can be deleted, and it is told what to do`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --name small --remote lfs:origin && git commit -qm 'Set up'
            for n in 1 2; do
                seq $n 20000 > a.bin && git model add -q a.bin && git commit -qm $n && git model tag -q v$n.0.0 && git model push -q
            done
            before=$(git --git-dir="$HOME/origin.git" rev-parse git-model-store)
            for how in --dry-run --yes; do code=0 && git model purge v1.0.0 $how || code=$? && test $code = 3; done
            test $(git --git-dir="$HOME/origin.git" rev-parse git-model-store) = $before && echo "= done"
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        for text in ["it does not say when its files were written", "start another store, push everything there"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A Git remote that is pushed to another repository is refused, for nobody would read there`()
        async throws
    {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --name small --remote lfs:origin && git commit -qm 'Set up'
            git init -q --bare ~/fork.git && git remote set-url --push origin ~/fork.git
            head -c 3000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm One
            code=0 && git model push || code=$? && echo push $code
            git --git-dir="$HOME/fork.git" show-ref || echo nothing
            code=0 && git model remote add other lfs:origin || code=$? && echo add $code
            git remote set-url --push origin "file://$HOME/origin.git" && git model push -q
            git --git-dir="$HOME/origin.git" rev-list --count git-model-store
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["push 2\nnothing\n", "add 2\n1\n", "/fork.git; name the one that is to have the store: `git"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Clones that push at once lose nothing`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up' && git push -q -u origin main
            for n in 1 2 3; do
                git clone -q ~/origin.git ~/c$n && cd ~/c$n && git model trust -q store && git switch -qc b$n
                head -c 300000 /dev/urandom > $n.bin && git model add -q $n.bin && git commit -qm $n && git push -qu origin b$n 2>/dev/null
            done
            for n in 1 2 3; do (cd ~/c$n && git model push -q && echo pushed $n) & done; wait
            for n in 1 2 3; do
                git clone -qb b$n ~/origin.git ~/d$n && cd ~/d$n && git model pull -q && cmp $n.bin ~/c$n/$n.bin
            done
            git model fsck -q --deep --check-remote && echo whole
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for words in ["pushed 1", "pushed 2", "pushed 3", "whole"] {
            #expect(result.output.contains(words), "\(result.output)")
        }
    }

    @Test func `Git LFS takes the branch for its own, and a checkout of it is a store`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            head -c 400000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm One && git model push -q
            git push -q -u origin main
            git lfs install --skip-repo > /dev/null
            git clone -qn ~/origin.git ~/plain && cd ~/plain
            git lfs fetch origin origin/git-model-store && git lfs fsck origin/git-model-store
            git lfs ls-files origin/git-model-store | grep -c 'packs/.*[.]pack$'
            git checkout -q git-model-store && git lfs fsck && git status --short
            for pack in packs/*/*.pack; do echo "$(basename $pack .pack)  $pack" | sha256sum -c --quiet; done
            git clone -q ~/origin.git ~/reader && cd ~/reader
            git model remote add plain ~/plain && git model pull --remote plain && cmp a.bin ~/sentiment/a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("Git LFS fsck OK"), "\(result.output)")
    }

    @Test func `A login comes from netrc or Git's credential helpers, and is kept or forgotten there`() async throws {
        let (scratch, server) = try await start(wantsLogin: true)
        let place = server.process.origin.dropFirst("http://".count)
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 20000 > a.bin && git model add -q a.bin && git commit -qm One
            git model push || echo without: $?
            git config --global credential.helper store
            echo 'http://\(GiftlessServer.user):wrong@\(place)' > ~/.git-credentials
            git model push -q 2> /dev/null || echo wrong: $?; wc -l < ~/.git-credentials
            echo "http://\(GiftlessServer.user):$(\(GiftlessServer.tokenCommand))@\(place)" > ~/.git-credentials
            git model push -q && wc -l < ~/.git-credentials
            rm ~/.git-credentials && seq 2 20000 > a.bin && git model add -q a.bin && git commit -qm Two
            echo "machine 127.0.0.1 login \(GiftlessServer.user) password $(\(GiftlessServer.tokenCommand))" > ~/.netrc
            git model push -q && echo netrc
            """
        )
        #expect(result.output.contains("wants a login"), "\(result.output)")
        #expect(result.output.contains("without: 12\n"), "\(result.output)")
        #expect(result.output.hasSuffix("wrong: 12\n0\n1\nnetrc\n"), "\(result.output)")
    }

    @Test func `A host that has both needs no setting, and one login`() async throws {
        let scratch = try await ScratchRepository()
        let host = try await GitHost(in: scratch.home.appending("host"), home: scratch.home)
        let result = try await scratch.run(
            """
            git init -q --bare ~/host/org/models.git && git --git-dir="$HOME/host/org/models.git" config http.receivepack true
            git remote add origin http://\(host.authority)/org/models.git
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 20000 > a.bin && git model add -q a.bin && git commit -qm One
            git model push || echo without: $?
            git config --global credential.helper store
            echo 'http://ada:secret@\(host.authority)' > ~/.git-credentials
            git model push -q && git push -q -u origin main
            git clone -q http://\(host.authority)/org/models.git ~/clone && cd ~/clone && git model pull -q
            cmp a.bin ~/sentiment/a.bin
            git model remote add -q named lfs:http://\(host.authority)/org/models && git model fetch --remote named
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("without: 12\n"), "\(result.output)")
    }

    @Test func `A URL that only a tracked file names gets no login, and a login in a URL goes nowhere else`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let host = try await GitHost(in: scratch.home.appending("host"), home: scratch.home)
        let url = "lfs:http://\(host.authority)/org/models.git"
        let result = try await scratch.run(
            """
            git init -q --bare ~/host/org/models.git && git --git-dir="$HOME/host/org/models.git" config http.receivepack true
            git remote add origin http://ada:secret@\(host.authority)/org/models.git
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 20000 > a.bin && git model add -q a.bin && git commit -qm One && git model push -v && git push -q -u origin main
            git model get -q http://ada:secret@\(host.authority)/org/models.git main -o ~/got && cmp ~/got/a.bin a.bin
            cat ~/.config/git-model/trust && git model remote list && git model trust
            ! git --git-dir="$HOME/host/org/models.git" grep secret git-model-store
            git model remote add -q --force store '\(url)' && git commit -qam Name && rm ~/.config/git-model/trust
            git clone -q . ~/clone && cd ~/clone && git config --global credential.helper store
            echo 'http://ada:secret@\(host.authority)' > ~/.git-credentials
            echo 'machine 127.0.0.1 login ada password secret' > ~/.netrc
            git model pull || echo strange: $?
            rm ~/.netrc
            git model pull -q --trust '\(url)' && cmp a.bin ~/sentiment/a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("strange: 12\n"), "\(result.output)")
        #expect(!result.output.contains("secret"), "\(result.output)")
    }

    @Test func `A push that was killed is completed by the next, and leaves no mess in Git`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            head -c 150000000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm One
            git-model push -q & push=$!
            until find ~/lfs -type f | grep -q .; do sleep 0.01; done
            kill -9 $push && ! wait $push
            ! git --git-dir="$HOME/origin.git" rev-parse -q --verify git-model-store
            git model push -q && git push -q -u origin main && git clone -q ~/origin.git ~/clone && cd ~/clone
            git model pull -q && cmp a.bin ~/sentiment/a.bin && git fsck --no-progress && git -C ~/sentiment fsck --no-progress
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `A proxy of Git's configuration is used for the host it is for`() async throws {
        let (scratch, server) = try await start()
        let proxy = try await TunnelProxy.start(to: server.process.port, log: scratch.home.appending("proxy.log"))
        defer {
            extendLifetime(server)
            extendLifetime(proxy)
        }
        let result = try await scratch.run(
            """
            git config --global remote.origin.lfsurl http://host.invalid/org/models.git/info/lfs
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 20000 > a.bin && git model add -q a.bin && git commit -qm One
            git config http.http://host.invalid.proxy 'socks5://ada:secret@localhost' && ! git model push 2> ~/err
            grep 'only http:// proxies' ~/err && ! grep secret ~/err
            git config http.http://host.invalid.proxy '\(proxy.origin)' && git model push -q
            git config --global http.proxy http://elsewhere.invalid:1 && rm -r .git/model a.bin && git model pull -q
            seq 1 20000 | cmp - a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `A Git remote that can have no LFS server is refused before anybody shares it`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model init -q && git commit -qm 'Set up'
            git model remote add store lfs:origin || echo directory: $?
            git model remote add store lfs:upstream || echo missing: $?
            git remote add gone http://127.0.0.1:9/models.git
            git model remote add store lfs:gone && seq 9 > a && git model add -q a && git commit -qm a
            git model push || echo gone: $?
            """
        )
        #expect(result.output.contains("has no LFS server; use a directory"), "\(result.output)")
        #expect(result.output.contains("directory: 2\n"), "\(result.output)")
        #expect(result.output.contains("Git has no remote 'upstream' here"), "\(result.output)")
        #expect(result.output.contains("missing: 5\n"), "\(result.output)")
        #expect(result.output.hasSuffix("gone: 13\n"), "\(result.output)")
    }

    /// Hands out files, takes nobody's word for who they are, and prints what each request says of that.
    private static let strangeHost = """
        import functools, http.server, sys

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                self.note()
                super().do_GET()

            def do_POST(self):
                self.note()
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def note(self):
                print(self.command, self.path.split("?")[0], self.headers.get("Authorization"), flush=True)

            def log_message(self, *arguments):
                pass

        handler = functools.partial(Handler, directory=sys.argv[2])
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
        """

    @Test(arguments: ["http", "http.URL"])
    func `What Git sends with every request is not sent where only a tracked file says`(section: String) async throws {
        let (scratch, server) = try await start()
        let host = try await LoopbackServer(log: scratch.home.appending("host.log")) {
            ["python3", "-c", LFSRemoteTests.strangeHost, "\($0)", scratch.home.string]
        }
        defer {
            extendLifetime(server)
            extendLifetime(host)
        }
        let url = host.origin + "/origin.git"
        let result = try await scratch.run(
            """
            git model init -q --remote lfs:origin && git commit -qm 'Set up'
            seq 1 20000 > a.bin && git model add -q a.bin && git commit -qm One && git model push -q
            git --git-dir="$HOME/origin.git" update-server-info
            git model remote add -q --force store 'lfs:\(url)' && git commit -qam Name && rm ~/.config/git-model/trust
            git clone -q . ~/clone && cd ~/clone
            git config --global '\(section.replacing("URL", with: url)).extraHeader' 'Authorization: Basic c2VjcmV0'
            git model pull || echo strange: $?
            cat ~/host.log && ! grep Basic ~/host.log && grep -q 'GET /origin.git/info/refs None' ~/host.log
            grep -q 'POST /origin.git/info/lfs/objects/batch None' ~/host.log
            git model pull --trust 'lfs:\(url)' || echo agreed: $?
            grep -q 'GET /origin.git/info/refs Basic' ~/host.log
            grep -q 'POST /origin.git/info/lfs/objects/batch Basic' ~/host.log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("strange: 12\n"), "\(result.output)")
        #expect(result.output.contains("agreed: 12\n"), "\(result.output)")
    }

    @Test func `A tracked file sends nothing to a server that nobody agreed to`() async throws {
        let (scratch, server) = try await start()
        defer { extendLifetime(server) }
        let url = server.url(of: "models")
        let result = try await scratch.run(
            """
            git config --global --unset remote.origin.lfsurl
            git config -f .lfsconfig lfs.url '\(url)'
            git model init -q && git model remote add store lfs:origin || echo strange: $?
            git model trust -q '\(url)' && git model remote add store lfs:origin && git commit -qm 'Set up'
            seq 9 > a && git model add -q a && git commit -qm a && git model push -q && echo agreed
            """
        )
        #expect(result.output.contains("nobody on this machine agreed to it"), "\(result.output)")
        #expect(result.output.contains("git model trust \(url)"), "\(result.output)")
        #expect(result.output.contains("strange: 12\n"), "\(result.output)")
        #expect(result.output.hasSuffix("agreed\n"), "\(result.output)")
    }
}
