import ModelCore
import SystemPackage
import TestSupport
import Testing

/// Versions as images, made and deployed by the program, and read by skopeo, umoci and oras.
@Suite struct OCITests {
    private static let python = "\(PackageFiles.root)/.build-venv/bin/python"
    private static let pull = """
        import sys, oras.client
        client = oras.client.OrasClient(insecure=True, hostname=sys.argv[1].split("/")[0])
        client.pull(target=sys.argv[1], outdir=sys.argv[2], overwrite=True)

        """

    private func scratch(_ name: String = "churn") async throws -> ScratchRepository {
        let scratch = try await ScratchRepository(named: name)
        try scratch.write(Self.pull, to: "../pull.py")
        try await scratch.run(ExportTests.setUp).expectSuccess()
        return scratch
    }

    @Test func `Every clone makes the same images, and others read them`() async throws {
        let scratch = try await scratch()
        let result = try await scratch.run(
            """
            git model export oci v1.0.0 ~/one && git model remote add -q store ~/store && git add -A && git commit -qm Store && git model push -q --all
            git clone -q . ~/clone && cd ~/clone && git model export oci v1.0.0 ~/two && diff -r ~/one ~/two && echo same
            skopeo inspect oci:$HOME/one:v1.0.0 | grep -E 'revision|licenses|Digest' && skopeo inspect --raw oci:$HOME/one:v1.0.0-modelpack | grep -o '"artifactType":"[^"]*"'
            umoci unpack --rootless --image ~/one:v1.0.0 ~/bundle 2> ~/log && cmp ~/bundle/rootfs/models/w/model.bin ~/churn/w/model.bin
            test -x ~/bundle/rootfs/models/train.sh && git rev-parse v1.0.0 2> ~/log || git rev-parse churn@v1.0.0^0
            cd ~/churn && git model export oci v1.0.0 ~/image --form image && ls ~/image && git model export oci v1.0.0 ~/one || echo refused $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "same\n", "org.opencontainers.image.licenses\": \"mit\"", "org.opencontainers.image.revision\": \"",
            "\"artifactType\":\"application/vnd.cncf.model.manifest.v1+json\"\n", "  tags  v1.0.0-modelpack, v1.0.0\n",
            "blobs\nindex.json\noci-layout\n", "refused 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A registry has both forms, which others fetch bit for bit`() async throws {
        let scratch = try await scratch()
        let registry = try await RegistryServer(in: scratch.home.appending("registry"))
        let place = "\(registry.authority)/models/churn"
        let result = try await scratch.run(
            """
            git model export oci v1.0.0 docker://\(place):prod && git model export oci v1.0.0 ~/layout > ~/text
            skopeo inspect --tls-verify=false docker://\(place):prod | grep '"Digest"' && grep digest ~/text
            skopeo copy -q --preserve-digests --src-tls-verify=false docker://\(place):prod oci:$HOME/copy:x && umoci unpack --rootless --image ~/copy:x ~/bundle 2> ~/log
            cmp ~/bundle/rootfs/models/w/model.bin w/model.bin
            mkdir ~/pulled && cd ~/pulled && \(Self.python) ~/pull.py \(place):prod-modelpack ~/pulled && cmp w/model.bin ~/churn/w/model.bin && cmp train.sh ~/churn/train.sh
            cd ~/churn && base=\(place)@$(skopeo inspect --tls-verify=false docker://\(place):prod | sed -n 's/.*"Digest": "\\(.*\\)".*/\\1/p')
            git model export oci v1.0.0 ~/based --form image --base $base --entrypoint 'python3 serve.py --port 8080'
            umoci unpack --rootless --image ~/based:v1.0.0 ~/bundle2 2> ~/log && grep -A4 '"args"' ~/bundle2/config.json | tr -d ' \\n\\t' && echo
            grep -E 'GIT_MODEL_|"cwd"' ~/bundle2/config.json
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "\"args\":[\"python3\",\"serve.py\",\"--port\",\"8080\"", "GIT_MODEL_PORT=8080", "GIT_MODEL_HOST=0.0.0.0",
            "\"cwd\": \"/models\"",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        let digests = result.output.split { !$0.isHexDigit }.filter { $0.count == 64 }
        #expect(digests.count > 3 && digests[0] == digests[2] && digests[2] == digests[3], "\(result.output)")
    }

    @Test(arguments: ["registry", "layout"])
    func `A tag moves to what is deployed, and back`(kind: String) async throws {
        let scratch = try await scratch()
        let registry = try await RegistryServer(in: scratch.home.appending("registry"))
        let isLayout = kind == "layout"
        let place = isLayout ? "oci:\(scratch.home)/images" : "\(registry.authority)/models/churn"
        let read = isLayout ? "\(place)" : "--tls-verify=false docker://\(place)"
        let result = try await scratch.run(
            """
            git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to \(place)
            git model deploy v1.0.0 prod && skopeo inspect \(read):current | grep image.version
            seq 60000 > w/model.bin && git model add -q w && git commit -qm Two && git model tag -q v1.1.0
            git model deploy v1.1.0 prod && skopeo inspect \(read):current | grep image.version && skopeo inspect \(read):v1.0.0 | grep image.version
            git model deployments status prod && git model deploy v1.1.0 prod
            git model rollback prod --reason slow && skopeo inspect \(read):current | grep image.version
            git model deployments prod --json && git model deploy v1.1.0 prod || echo refused $?
            ls -A .git/model/deploy/prod
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let versions = result.output.split(separator: "\n").filter { $0.contains("image.version") }
            .map { $0.split(separator: "\"").last ?? "" }
        #expect(versions == ["1.0.0", "1.1.0", "1.0.0", "1.0.0"], "\(result.output)")
        #expect(result.output.contains("refused 1\n"), "\(result.output)")
        #expect(result.output.contains("\"modelpack\":\"sha256:"), "\(result.output)")
    }

    @Test func `A version is made anew where it was made by other keys, whether it runs or not`() async throws {
        let scratch = try await scratch()
        let registry = try await RegistryServer(in: scratch.home.appending("registry"))
        let place = "\(registry.authority)/models/churn"
        let result = try await scratch.run(
            """
            seq 60000 > w/model.bin && git model add -q w && git commit -qm Two && git model tag -q v1.1.0
            git model export oci -q v1.0.0 docker://\(place):one --form image && git model export oci -q v1.1.0 docker://\(place):two --form image
            base() { git config git-model.deploy.prod.base \(place)@$(skopeo inspect --tls-verify=false docker://\(place):$1 | sed -n 's/.*"Digest": "\\(.*\\)".*/\\1/p'); }
            now() { skopeo inspect --raw oci:$HOME/images:$1 | sha256sum | cut -c1-64; }
            git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to oci:$HOME/images
            git config git-model.deploy.prod.form image && base one && git model deploy -q v1.0.0 prod && now current > ~/one
            base two && git model deploy v1.0.0 prod --dry-run | grep w/model.bin && git model deploy v1.0.0 prod | tail -n 1
            now current > ~/two && ! cmp -s ~/one ~/two && echo another base && git model deploy v1.0.0 prod | tail -n 1
            git config git-model.deploy.prod.entrypoint 'python3 other.py' && git model deploy -q v1.0.0 prod && skopeo inspect --config oci:$HOME/images:current | grep -o other.py
            git config git-model.deploy.prod.form both && git model deploy -q v1.0.0 prod && skopeo inspect --raw oci:$HOME/images:current-modelpack | grep -o model.manifest
            git model deploy -q v1.1.0 prod && git config --unset git-model.deploy.prod.entrypoint
            git config git-model.deploy.prod.form image && base one && git model deploy -q v1.0.0 prod && now current | cmp - ~/one && echo as at first
            git model deployments status prod && git model deployments prod | grep -c Succeeded
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "prod runs churn@v1.0.0 now (before: v1.0.0), recorded here\nanother base\nprod runs churn@v1.0.0 already\n",
            "other.py\n", "model.manifest\n", "as at first\n", "files       as they were sealed\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\n6\n"), "\(result.output)")
    }

    @Test func `A trial that was cut short leaves nothing that the next one would take for the version`() async throws {
        let result = try await ScratchRepository(named: "bert").run(
            DeploymentSample.setUp + """
                git config git-model.deploy.prod.kind oci && git config git-model.deploy.prod.to oci:$HOME/images
                sed -i '1s|^|import os\\nif os.path.exists(os.path.expanduser("~/cut")): os.remove("weights.json"); os.kill(os.getppid(), 9); os._exit(1)\\n|' serve.py
                version 5 6 v1.2.0 && git model deploy -q v1.2.0 prod && git model deploy -q v1.1.0 prod
                touch ~/cut && git model deploy v1.2.0 prod || echo cut short
                rm ~/cut && git model deploy v1.2.0 prod | tail -n 1 && ls -A .git/model/deploy/prod && ls -A .git/model/deploy/prod/files | wc -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let end = "prod runs bert@v1.2.0 now (before: v1.1.0), recorded at origin\nfiles\n0\n"
        #expect(result.output.contains("cut short\n") && result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `Agreement to a layout at a relative path is to that one directory`() async throws {
        let result = try await scratch().run(
            """
            git config -f .mver/config deploy.prod.kind oci && git config -f .mver/config deploy.prod.to oci:../lay
            git add -A && git commit -qm Target && git clone -q . ~/deep/other
            git model deploy v1.0.0 prod || echo asked $?; git model trust 'deploy:oci://prod?to=oci:../lay' || echo relative
            git model trust -q "deploy:oci://prod?to=oci:$HOME/lay" && git model deploy -q v1.0.0 prod && ls ~/lay/index.json
            cd ~/deep/other && git model deploy v1.0.0 prod || echo other $?; test ! -e ~/deep/lay && echo none
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "/lay'`\nhint: or this once: ", "asked 5\n", "relative\n", "/lay/index.json\n", "/deep/lay",
            "other 5\nnone\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A login comes from Docker's file, or from the helper that it names`() async throws {
        let scratch = try await scratch()
        let registry = try await FaultyRegistry(in: scratch.home)
        let place = "docker://\(registry.authority)/login/churn:x"
        let result = try await scratch.run(
            """
            git model export oci v1.0.0 \(place) || echo without $?
            mkdir -p ~/.docker ~/bin && echo '{"auths": {"\(registry.authority)": {"auth": "YWRhOndyb25n"}}}' > ~/.docker/config.json
            git model export oci v1.0.0 \(place) || echo wrong $?
            echo '{"auths": {"\(registry.authority)": {"auth": "YWRhOnNlY3JldA=="}}}' > ~/.docker/config.json
            git model export oci -q v1.0.0 \(place) > ~/log && echo file
            printf '#!/bin/sh\\nread host\\necho "$1 $host" >> ~/asked\\necho "{\\\\"Username\\\\": \\\\"ada\\\\", \\\\"Secret\\\\": \\\\"secret\\\\"}"\\n' > ~/bin/docker-credential-tests && chmod +x ~/bin/docker-credential-tests
            echo '{"credHelpers": {"\(registry.authority)": "tests"}}' > ~/.docker/config.json
            PATH=~/bin:$PATH git model export oci -q v1.0.0 \(place) > ~/log && cat ~/asked
            git model export oci v1.0.0 \(place) || echo helpless $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["without 12\n", "wrong 12\n", "file\nget \(registry.authority)\n", "helpless 12\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("YWRh") && !result.output.contains("secret"), "\(result.output)")
    }

    @Test(arguments: [
        ("", "deploy.prod.to is not set"), ("to nowhere", "deploy.prod.to is wrong: nowhere is no image"),
        ("to a.org/b:tag", "the tag has a key of its own, tag"), ("base python:3.11", "deploy.prod.base is wrong"),
        ("form tarball", "deploy.prod.form is tarball, which is none of both, image, modelpack"),
        ("tag -x", "deploy.prod.tag is -x, which is no tag"),
        ("entrypoint 'a | b'", "which takes a shell to understand"),
        ("typo x", "deploy.prod.typo is not known"),
    ]) func `A key that is wrong is named`(setting: String, message: String) async throws {
        let set = setting.isEmpty ? "" : "git config git-model.deploy.prod.\(setting)"
        let place = setting.isEmpty ? "" : "git config git-model.deploy.prod.to 127.0.0.1:1/churn"
        let result = try await scratch().run(
            """
            git config git-model.deploy.prod.kind oci
            \(place)
            \(set)
            git model deploy v1.0.0 prod || echo exit $?
            """
        )
        #expect(result.output.contains(message), "\(result.output)")
        #expect(result.exitCode == 0 && result.output.hasSuffix("\nexit 5\n"), "\(result.output)")
    }
}
