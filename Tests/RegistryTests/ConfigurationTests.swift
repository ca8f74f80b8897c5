import Git
import ModelCore
import SystemPackage
import Testing

@testable import Registry

struct ConfigurationTests {
    private static func load(_ scratch: Scratch, _ environment: [String: String] = [:]) async throws -> Configuration {
        try await Configuration.load(scratch.open(), environment: environment)
    }

    @Test func `Nothing configured is every default`() async throws {
        let configuration = try await Self.load(Scratch())
        #expect(configuration.remotes.isEmpty && configuration.defaultRemote == nil && configuration.storePath == nil)
        #expect(!configuration.usesPlainTags && !configuration.hooksAreStrict)
        #expect(configuration.largeFileSize == 1 << 20)
        #expect(configuration.refused.isEmpty)
    }

    @Test func `Later levels win`() async throws {
        let scratch = try await Scratch()
        let global = scratch.environment["GIT_CONFIG_GLOBAL"] ?? ""
        let url = ("remote", "store", "url")
        func setting(_ environment: [String: String] = [:]) async throws -> Configuration.Setting? {
            try await Self.load(scratch, environment).setting(url.0, url.1, url.2)
        }
        try await scratch.git("config", "--file", GitArgument(global), "git-model.remote.store.url", "/global")
        #expect(try await setting() == .init(text: "/global", level: .global))
        try scratch.write("[remote \"store\"]\n\turl = /tracked\n", to: ".mver/config")
        #expect(try await setting() == .init(text: "/tracked", level: .tracked))
        try await scratch.git("config", "git-model.remote.store.url", "/local")
        #expect(try await setting() == .init(text: "/local", level: .local))
        let variable = ["GIT_MODEL_REMOTE_STORE_URL": "/variable"]
        #expect(try await setting(variable) == .init(text: "/variable", level: .environment))
        #expect(try await setting(["GIT_MODEL_REMOTE_STORE_URL": ""])?.text == "/local")
    }

    @Test func `What is configured elsewhere than in the tracked file can be taken back`() async throws {
        let scratch = try await Scratch()
        let global = scratch.environment["GIT_CONFIG_GLOBAL"] ?? ""
        func way(_ environment: [String: String] = [:]) async throws -> String? {
            try await Self.load(scratch, environment).wayToTakeBack("remote", "a.b", "url")
        }
        func tracked() async throws -> String? { try await Self.load(scratch).tracked("remote", "a.b", "url") }
        #expect(try await way() == nil)
        try await scratch.git("config", "--file", GitArgument(global), "git-model.remote.a.b.url", "/global")
        #expect(try await way() == "`git config --global --unset git-model.remote.a.b.url`")
        #expect(try await tracked() == nil)
        try scratch.write("[remote \"a.b\"]\n\turl = /tracked\n", to: ".mver/config")
        #expect(try await way() == nil)
        try await scratch.git("config", "git-model.remote.a.b.url", "/local")
        #expect(try await way() == "`git config --unset git-model.remote.a.b.url`")
        #expect(try await tracked() == "/tracked")
        #expect(try await way(["GIT_MODEL_REMOTE_A_B_URL": "/variable"]) == "`unset GIT_MODEL_REMOTE_A_B_URL`")
    }

    @Test func `Git's own remotes are not ours`() async throws {
        let scratch = try await Scratch()
        try await scratch.git("remote", "add", "origin", "/elsewhere")
        #expect(try await Self.load(scratch).remotes.isEmpty)
    }

    @Test func `A tracked file cannot set what only a user may`() async throws {
        let scratch = try await Scratch()
        try scratch.write(
            """
            [store]
            \tpath = /tmp/evil
            [remote "s"]
            \turl = /r
            \tcommand = rm -rf ~
            \ttoken = x
            [remote]
            \tdefault = s
            [git-model "remote.x"]
            \turl = /x
            [include]
            \tpath = included
            [tags]
            \tplain
            [add]
            \tlargeFileSize = 2m
            [core]
            \tsshCommand = evil
            [hooks]
            \tstrict = 1
            """,
            to: ".mver/config"
        )
        try scratch.write("[remote \"included\"]\n\turl = /i\n", to: ".mver/included")
        let configuration = try await Self.load(scratch)
        #expect(
            configuration.refused.map(\.key)
                == [
                    "store.path", "remote.s.command", "remote.s.token", "git-model.remote.x.url", "include.path",
                    "core.sshcommand",
                ]
        )
        #expect(configuration.remotes == [.init(name: "s", url: "/r", level: .tracked)])
        #expect(configuration.defaultRemote == "s")
        #expect(configuration.storePath == nil)
        #expect(configuration.usesPlainTags && configuration.hooksAreStrict)
        #expect(configuration.largeFileSize == 2 << 20)
        try await scratch.git("config", "git-model.store.path", "/mine")
        #expect(try await Self.load(scratch).storePath == "/mine")
    }

    @Test func `Another commit's configuration is read from it`() async throws {
        let scratch = try await Scratch()
        try scratch.write("[remote \"a\"]\n\turl = /a\n", to: ".mver/config")
        let commit = try await scratch.commit()
        try scratch.write("[remote \"b\"]\n\turl = /b\n", to: ".mver/config")
        let repository = try await scratch.open()
        #expect(try await Configuration.load(repository, at: commit, environment: [:]).remoteNames == ["a"])
        #expect(try await Configuration.load(repository, environment: [:]).remoteNames == ["b"])
    }

    @Test func `A bare repository has the configuration of its HEAD`() async throws {
        let scratch = try await Scratch()
        try scratch.write("[remote \"a\"]\n\turl = /a\n", to: ".mver/config")
        try await scratch.commit()
        let bare = scratch.root.appending("bare.git")
        try await scratch.git("clone", "--quiet", "--bare", ".", GitArgument(bare))
        let repository = try await GitRepository.discover(from: bare, environment: scratch.environment)
        #expect(try await Configuration.load(repository, environment: [:]).remoteNames == ["a"])
    }

    @Test func `A file that is no configuration is refused with Git's reason`() async throws {
        let scratch = try await Scratch()
        try scratch.write("[remote \"a\"]\nnonsense!\n", to: ".mver/config")
        let error = await #expect(throws: ConfigurationError.self) { try await Self.load(scratch) }
        #expect(error?.description == ".mver/config is no configuration: bad config line 2")
        try await scratch.commit()
        let repository = try await scratch.open()
        let head = try #require(try await repository.objects.head().commit)
        let committed = await #expect(throws: ConfigurationError.self) {
            try await Configuration.load(repository, at: head, environment: [:])
        }
        let place = ".mver/config of \(head.abbreviated)"
        #expect(committed?.description == "\(place) is no configuration: bad config line 2")
        #expect(committed?.anywhere == error)
    }

    @Test(arguments: [".mver/config", ".mver"])
    func `A symbolic link in its place is not followed`(_ path: String) async throws {
        let scratch = try await Scratch()
        try scratch.write("[remote \"a\"]\n\turl = /a\n", to: "elsewhere/config")
        if path == ".mver" {
            try scratch.link(".mver", to: "elsewhere")
        } else {
            try scratch.write("", to: ".mver/x")
            try scratch.link(".mver/config", to: "../elsewhere/config")
        }
        await #expect(throws: (any Error).self) { try await Self.load(scratch) }
    }

    @Test(arguments: [
        ("true", true), ("yes", true), ("1", true), ("-1", true), ("ON", true), ("0", false), ("off", false),
        ("No", false), ("maybe", nil),
    ])
    func `Truth values are Git's, from variables too`(_ text: String, _ expected: Bool?) async throws {
        let configuration = try await Self.load(Scratch(), ["GIT_MODEL_TAGS_PLAIN": text])
        #expect(configuration.flag("tags", nil, "plain") == expected)
    }

    @Test(arguments: [("10", 10), ("4k", 4096), ("1G", 1 << 30), ("x", nil), ("9999999999g", nil), ("k", nil)])
    func `Numbers are Git's`(_ text: String, _ expected: Int64?) async throws {
        let configuration = try await Self.load(Scratch(), ["GIT_MODEL_ADD_LARGEFILESIZE": text])
        #expect(configuration.number("add", nil, "largeFileSize") == expected)
        #expect(configuration.largeFileSize == expected ?? 1 << 20)
    }

    @Test func `A variable is named after its key`() {
        #expect(Configuration.variable("remote", "my-store.eu", "url") == "GIT_MODEL_REMOTE_MY_STORE_EU_URL")
        #expect(Configuration.variable("tags", nil, "plain") == "GIT_MODEL_TAGS_PLAIN")
    }
}

struct RemoteSettingsTests {
    private static func remotes(_ scratch: Scratch) async throws -> [Configuration.NamedRemote] {
        try await Configuration.load(scratch.open(), environment: [:]).remotes
    }

    @Test func `A shared remote is a section of the tracked file, whose comments stay`() async throws {
        let scratch = try await Scratch()
        try scratch.write("# Ours\n", to: ".mver/config")
        let settings = RemoteSettings(try await scratch.open())
        try await settings.add("store", url: "s3://bucket/with \"quotes\" # and more")
        try await settings.setDefault("store")
        let expected =
            "# Ours\n[remote \"store\"]\n\turl = \"s3://bucket/with \\\"quotes\\\" # and more\"\n[remote]\n\tdefault = store\n"
        #expect(try scratch.read(".mver/config") == expected)
        #expect(
            try await Self.remotes(scratch)
                == [.init(name: "store", url: "s3://bucket/with \"quotes\" # and more", level: .tracked)]
        )
        try await settings.remove("store")
        let configuration = try await Configuration.load(scratch.open(), environment: [:])
        #expect(configuration.remotes.isEmpty && configuration.defaultRemote == nil)
        #expect(try scratch.read(".mver/config").hasPrefix("# Ours\n"))
    }

    @Test func `A local remote is this clone's and wins over a shared one`() async throws {
        let scratch = try await Scratch()
        let repository = try await scratch.open()
        try await RemoteSettings(repository).add("a.b", url: "/shared")
        let local = RemoteSettings(repository, in: .local)
        try await local.add("a.b", url: "/local")
        try await local.setDefault("a.b")
        #expect(try await Self.remotes(scratch) == [.init(name: "a.b", url: "/local", level: .local)])
        #expect(try await scratch.git("config", "git-model.remote.a.b.url") == "/local")
        try await local.remove("a.b")
        #expect(try await Self.remotes(scratch) == [.init(name: "a.b", url: "/shared", level: .tracked)])
        #expect(try await Configuration.load(repository, environment: [:]).value("remote", nil, "default") == nil)
    }

    @Test func `What everybody has are the remotes of the tracked file, as it says them`() async throws {
        let scratch = try await Scratch()
        let repository = try await scratch.open()
        let local = RemoteSettings(repository, in: .local)
        for (name, url) in [("mine", "/mine"), ("b", "/private")] { try await local.add(name, url: url) }
        try await local.setDefault("mine")
        func shared() async throws -> [Configuration.NamedRemote] {
            try await Configuration.load(repository, environment: ["GIT_MODEL_REMOTE_A_URL": "/other"]).sharedRemotes
        }
        #expect(try await shared().isEmpty)
        for name in ["a", "b"] { try await RemoteSettings(repository).add(name, url: "/shared/\(name)") }
        #expect(try await shared().map(\.url) == ["/shared/a", "/shared/b"])
        try await RemoteSettings(repository).setDefault("b")
        #expect(try await shared().map(\.url) == ["/shared/b", "/shared/a"])
    }

    @Test func `A remote that exists is replaced only when asked`() async throws {
        let scratch = try await Scratch()
        let settings = RemoteSettings(try await scratch.open())
        try await settings.add("s", url: "/a")
        await #expect(throws: RemoteSettingsError.exists("s", url: "/a")) { try await settings.add("s", url: "/b") }
        try await settings.add("s", url: "/b", existing: .replace)
        #expect(try await Self.remotes(scratch).map(\.url) == ["/b"])
        await #expect(throws: RemoteSettingsError.unknown("t")) { try await settings.remove("t") }
    }

    @Test(arguments: ["", "-s", "a b", "a/b", "a\nb", "a]", "é", ".a"])
    func `A name that could be syntax is refused`(_ name: String) async throws {
        let settings = RemoteSettings(try await Scratch().open())
        await #expect(throws: RemoteSettingsError.invalidName(name)) { try await settings.add(name, url: "/a") }
    }

    @Test(arguments: ["", "-oProxyCommand=x", "/a\nb", " /a", "/a "])
    func `A URL that is none is refused`(_ url: String) async throws {
        let settings = RemoteSettings(try await Scratch().open())
        await #expect(throws: RemoteSettingsError.invalidURL(url)) { try await settings.add("s", url: url) }
    }

    @Test func `A password goes into no tracked file and no message`() async throws {
        let scratch = try await Scratch()
        let repository = try await scratch.open()
        let url = "https://ada:s3cret@example.com:8080/x@y"
        let error = await #expect(throws: RemoteSettingsError.self) {
            try await RemoteSettings(repository).add("s", url: url)
        }
        #expect(error == .password(url: "https://ada:…@example.com:8080/x@y"))
        try await RemoteSettings(repository, in: .local).add("s", url: url)
        try await RemoteSettings(repository).add("t", url: "ssh://git@example.com:22/a:b@c")
    }

    @Test func `A link in the place of the tracked file is not written through`() async throws {
        let scratch = try await Scratch()
        try scratch.write("", to: ".mver/x")
        try scratch.write("untouched", to: "victim")
        try scratch.link(".mver/config", to: "../victim")
        let settings = RemoteSettings(try await scratch.open())
        await #expect(throws: ConfigurationError.notAFile) { try await settings.add("s", url: "/a") }
        #expect(try scratch.read("victim") == "untouched")
    }
}

struct TrustStoreTests {
    @Test func `URLs are agreed to one by one and exactly`() async throws {
        let scratch = try await Scratch()
        let store = try #require(TrustStore(environment: ["XDG_CONFIG_HOME": scratch.root.appending("x/y").string]))
        #expect(try store.urls().isEmpty)
        try store.add("s3://bucket/a")
        try store.add("/dir with blank")
        try store.add("s3://bucket/a")
        #expect(try store.urls() == ["s3://bucket/a", "/dir with blank"])
        #expect(try store.contains("s3://bucket/a"))
        #expect(
            try !store.contains("s3://bucket/a/") && !store.contains("s3://bucket") && !store.contains("S3://bucket/a")
        )
        #expect(try store.remove("s3://bucket/a"))
        #expect(try !store.remove("s3://bucket/a"))
        #expect(try store.urls() == ["/dir with blank"])
        for url in ["lfs:https://host/m.git", "lfs:git@host:m.git", "lfs:/srv/m.git", "deploy:oci://lay?to=oci:/lay"] {
            try store.add(url)
        }
        #expect(try store.urls().count == 5)
    }

    @Test func `Texts that Unicode calls equal are two URLs`() async throws {
        let scratch = try await Scratch()
        let store = try #require(TrustStore(environment: ["HOME": scratch.root.string]))
        try store.add("https://caf\u{E9}.example")
        #expect(try !store.contains("https://cafe\u{301}.example"))
    }

    @Test func `Relative paths that an earlier version wrote count for nothing`() async throws {
        let scratch = try await Scratch()
        try scratch.write("../store\n/m\n", to: ".config/git-model/trust")
        let store = try #require(TrustStore(environment: ["HOME": scratch.directory.string]))
        #expect(try store.urls() == ["/m"])
        #expect(try !store.contains("../store"))
    }

    @Test(arguments: [
        "", "https://a\nhttps://b", "/a\r", "../store", "lfs:origin", "lfs:../m.git", "deploy:oci://lay?to=oci:../lay",
        "deploy:oci://lay?base=oci:base@sha256:0&to=oci:/lay",
    ])
    func `A text that is more than a line, or relative, cannot be agreed to`(_ url: String) async throws {
        let scratch = try await Scratch()
        let store = try #require(TrustStore(environment: ["HOME": scratch.root.string]))
        #expect(throws: UntrustableURL(url: url)) { try store.add(url) }
        #expect(try !store.contains(url))
    }

    @Test func `Without a home there is no place for it`() {
        #expect(TrustStore(environment: [:]) == nil)
        #expect(TrustStore(environment: ["HOME": "", "XDG_CONFIG_HOME": "relative"]) == nil)
    }
}
