import SystemPackage
import TestSupport
import Testing

/// What registries do wrong: the old version stays current, nothing says that another got there, and the next attempt
/// goes on.
@Suite struct RegistryTroubleTests {
    /// What deploys two versions: the first where all is well, the second where it is not.
    private static func script(_ place: String, sound: String, trouble: String, second: String) -> String {
        """
        git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to \(sound)/\(place)
        git model deploy -q v1.0.0 prod && \(second) > w/model.bin && git model add -q w && git commit -qm Two && git model tag -q v1.1.0
        \(trouble)
        git model deploy v1.1.0 prod || echo failed $?
        git config git-model.deploy.prod.to \(sound)/\(place)
        skopeo inspect --tls-verify=false docker://\(sound)/\(place):current | grep image.version
        git model deployments prod > ~/events && ! grep v1.1.0 ~/events && wc -l < ~/events
        git model deployments status prod && skopeo list-tags --tls-verify=false docker://\(sound)/\(place) | grep -c v1.1 || echo no tag

        """
    }

    /// What all of them have in common; `message` and `exitCode` are what the second deployment says.
    private func check(_ result: ShellResult, _ message: String, _ exitCode: Int) {
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            message, "failed \(exitCode)\n", "image.version\": \"1.0.0\"\n1\n", "files       as they were sealed\n",
            "\n0\nno tag\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    private static let faults: [(String, String, Int)] = [
        ("refuse", "status 400, DIGEST_INVALID: on purpose", 5), ("lie", "has another manifest: its digest is", 4),
        ("gone", "cannot be reached to take sha256:", 13), ("login", "it does not accept the login", 12),
    ]

    @Test(arguments: faults)
    func `The old version stays current`(fault: String, message: String, exitCode: Int) async throws {
        let scratch = try await ScratchRepository(named: "churn")
        let registry = try await FaultyRegistry(in: scratch.home)
        let place = "\(fault)/churn"
        let (faulty, sound) = (registry.authority, registry.sound.authority)
        let trouble = """
            mkdir ~/.docker && echo '{"auths": {"\(faulty)": {"auth": "YWRhOndyb25n"}}}' > ~/.docker/config.json
            git config git-model.deploy.prod.to \(faulty)/\(place)
            """
        let script = Self.script(place, sound: sound, trouble: trouble, second: "seq 60000")
        let again = """
            git model deploy v1.1.0 prod && skopeo inspect --tls-verify=false docker://\(sound)/\(place):current | grep image.version
            """
        let result = try await scratch.run(ExportTests.setUp + script + again)
        check(result, message, exitCode)
        #expect(result.output.hasSuffix("image.version\": \"1.1.0\"\n"), "\(result.output)")
    }

    @Test func `A registry whose disk is full keeps what it has`() async throws {
        let scratch = try await ScratchRepository(named: "churn")
        let registry = try await RegistryServer(in: scratch.home.appending("registry"), disk: "8m")
        let script = Self.script(
            "churn",
            sound: registry.authority,
            trouble: ":",
            second: "head -c 20000000 /dev/urandom"
        )
        let result = try await scratch.run(ExportTests.setUp + script)
        check(result, "churn does not take sha256:", 5)
        #expect(result.output.contains("status 500"), "\(result.output)")
    }

    @Test func `A connection that breaks twice in the middle of an upload is gone on from`() async throws {
        let scratch = try await ScratchRepository(named: "churn")
        let registry = try await FaultyRegistry(in: scratch.home)
        let result = try await scratch.run(
            ExportTests.setUp + """
                git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to \(registry.authority)/cut/churn
                seq 4000000 > w/model.bin && git model add -q w && git commit -qm Two && git model tag -q v1.1.0
                git model deploy v1.1.0 prod && skopeo copy -q --src-tls-verify=false docker://\(registry.sound.authority)/cut/churn:current oci:$HOME/copy:x
                umoci unpack --rootless --image ~/copy:x ~/bundle 2> ~/log && cmp ~/bundle/rootfs/models/w/model.bin w/model.bin
                grep -c ' 16777216-' ~/requests.log
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("Succeeded  prod runs churn@v1.1.0 now"), "\(result.output)")
        // Of the ModelPack's file and of the image's layer, once; and what broke twice.
        #expect(result.output.hasSuffix("\n4\n"), "\(result.output)")
    }

    @Test func `A tag that is too long with its ending is refused before anything is sent`() async throws {
        let scratch = try await ScratchRepository(named: "churn")
        let registry = try await RegistryServer(in: scratch.home.appending("registry"))
        let result = try await scratch.run(
            ExportTests.setUp + """
                tag=$(printf '%0120d' 0)
                git model export oci v1.0.0 docker://\(registry.authority)/churn:$tag || echo refused $? && ls ~/registry
                git model export oci v1.0.0 docker://\(registry.authority)/churn:$tag --form image -q && skopeo list-tags --tls-verify=false docker://\(registry.authority)/churn
                long=v1.1.0-$(printf 'a%.0s' $(seq 130)) && git model tag -q $long --force && rm -r ~/registry/docker
                git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to \(registry.authority)/churn
                git model deploy $long prod || echo refused $? && ls ~/registry
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let zeros = String(repeating: "0", count: 120)
        for text in [
            "error: \(zeros)-modelpack cannot be a tag, which has up to 128 letters, digits, \"_\", \".\" and \"-\"\n",
            "\"\(zeros)\"\n", "-modelpack cannot be a tag",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.split(separator: "\n").count { $0 == "refused 5" } == 2, "\(result.output)")
        #expect(result.output.hasSuffix("refused 5\n"), "\(result.output)")
    }
}
