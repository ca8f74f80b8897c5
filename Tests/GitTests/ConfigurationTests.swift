import Git
import SystemPackage
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    static let text = """
        # a comment
        [core]
        \tAutoStart
        \tjobs = 8k
        \tname = first
        [Remote "My.Store"]
        \turl = "one ; two"
        \turl = -two
        \tempty =
        [core]
        \tname = line one\\nline two
        [include]
        \tpath = ../secret

        """

    @Test("is read from bytes as Git reads it, and includes nothing")
    func parsing() async throws {
        let scratch = try Scratch()
        try scratch.write("[secret]\n\tkey = x\n", to: "secret")
        let configuration = try await scratch.program(scratch.root).configuration(parsing: Array(Self.text.utf8))
        #expect(configuration.value("core.name") == "line one\nline two")
        #expect(configuration.values("core.name") == ["first", "line one\nline two"])
        #expect(configuration.values("remote.My.Store.url") == ["one ; two", "-two"])
        #expect(configuration.values("remote.my.store.url").isEmpty)
        #expect(configuration.flag("core.autostart") == true)
        #expect(configuration.value("core.autostart") == nil)
        #expect(configuration.flag("remote.My.Store.empty") == false)
        #expect(configuration.flag("core.name") == nil && configuration.flag("core.missing") == nil)
        #expect(configuration.number("core.jobs") == 8192)
        #expect(configuration.number("core.name") == nil)
        #expect(configuration.subsections(of: "remote") == ["My.Store"])
        #expect(configuration.entry("secret.key") == nil)
    }

    @Test("that is damaged is an error", arguments: ["[core\n", "[core]\n\tkey = \"open\n"])
    func damaged(_ text: String) async throws {
        let scratch = try Scratch()
        await #expect(throws: GitError.self) {
            try await scratch.program(scratch.root).configuration(parsing: Array(text.utf8))
        }
    }

    @Test(
        "of a commit is that commit's, not the work tree's",
        arguments: [GitRepository.Backend.automatic, .programOnly]
    )
    func committed(_ backend: GitRepository.Backend) async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try scratch.write("[a]\n\tb = old\n", to: "sample/.mver/config")
        try await scratch.git("add", "--all", in: sample)
        try await scratch.git("commit", "--quiet", "--message=x", in: sample)
        try scratch.write("[a]\n\tb = new\n", to: "sample/.mver/config")
        let repository = try await scratch.open(sample, backend)
        let head = try #require(try await repository.objects.resolve("HEAD"))
        #expect(try await repository.configuration(at: ".mver/config", in: head)?.value("a.b") == "old")
        #expect(try await repository.configuration(at: ".mver/none", in: head) == nil)
        let file = try await repository.program.configuration(file: sample.appending(".mver/config"))
        #expect(file.value("a.b") == "new")
    }

    @Test("of Git's own levels says which level and file, and later ones win")
    func levels() async throws {
        let scratch = try Scratch()
        let sample = try await scratch.sample()
        try await scratch.git("config", "--global", "git-model.a", "global", in: sample)
        try await scratch.git("config", "git-model.a", "local", in: sample)
        let configuration = try await scratch.open(sample).program.configuration()
        #expect(configuration.values("git-model.a") == ["global", "local"])
        let entry = try #require(configuration.entry("git-model.a"))
        #expect(entry.scope == .local && entry.origin == "file:.git/config")
        let extra = try await scratch.program(sample).configuration(parsing: Array("[git-model]\n\ta = last\n".utf8))
        #expect(configuration.overridden(by: extra).value("git-model.a") == "last")
    }

    @Test(
        "is written so that any value comes back",
        arguments: [
            "plain", "", " spaced ", "-dash", "--unset", "line\nbreak", "quote\" \\ ; # tab\t", "ünï",
            "]\n[core]\n\tevil = 1",
        ]
    )
    func values(_ value: String) async throws {
        let scratch = try Scratch()
        try scratch.write("# kept\n[a \"b\"]\n\tc = 1\n\tc = 2\n", to: "config")
        let program = scratch.program(scratch.root)
        let file = scratch.root.appending("config")
        let key = try GitConfigurationKey("a.b.c")
        try await program.setConfiguration(key, to: value, in: .file(file))
        #expect(try await program.configuration(file: file).entries.map(\.value) == [value])
        try await program.addConfiguration(key, "more", in: .file(file))
        #expect(try await program.configuration(file: file).values("a.b.c") == [value, "more"])
        #expect(try await program.unsetConfiguration(key, in: .file(file)))
        #expect(try await !program.unsetConfiguration(key, in: .file(file)))
    }

    @Test("takes any subsection there can be", arguments: ["https://a.b/c?d=\"e\"\\f", "-x", "a b", "ü", ""])
    func subsections(_ subsection: String) async throws {
        let scratch = try Scratch()
        let program = scratch.program(scratch.root)
        let file = scratch.root.appending("config")
        let key = try GitConfigurationKey("remote.\(subsection).url")
        try await program.setConfiguration(key, to: "x", in: .file(file))
        #expect(try await program.configuration(file: file).entries.map(\.key) == [key])
        #expect(try await program.removeConfigurationSection("remote.\(subsection)", in: .file(file)))
        #expect(try await !program.removeConfigurationSection("remote.\(subsection)", in: .file(file)))
    }

    @Test(
        "refuses keys that carry syntax",
        arguments: [
            "a b.c", "-a.c", ".c", "a", "", "a.", "a.1c", "a.c=d", "a.x\ny.c", "a.x\0.c", "ä.c", "a.c\nd", "a.b.-c",
        ]
    )
    func keys(_ text: String) {
        #expect(throws: GitError.self) { try GitConfigurationKey(text) }
    }
}
