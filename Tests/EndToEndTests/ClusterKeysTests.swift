import TestSupport
import Testing

/// Deployments to a cluster whose target has other keys than before.
@Suite struct ClusterKeysTests {
    @Test func `A version that runs already is applied again where keys of the target are others`() async throws {
        let server = "ghcr.io/acme/server@sha256:" + String(repeating: "c", count: 64)
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && git model deploy v1.0.0 prod
            git config git-model.deploy.prod.replicas 3 && git config git-model.deploy.prod.memory 2Gi
            git model deployments status prod || echo others $?
            git model deploy v1.0.0 prod && live | grep -o '"replicas": 3\\|"memory": "2Gi"' | sort -u
            git model deployments status prod && git config git-model.deploy.prod.image \(server)
            git model deploy v1.0.0 prod --dry-run | grep -o 'image: .*server@[^"]*'
            git model deploy v1.0.0 prod && live | grep -o '"image": ".*server@[^"]*' && git model deploy v1.0.0 prod
            git model deploy -q v1.1.0 prod && git config git-model.deploy.prod.image ghcr.io/acme/server@sha256:\(ClusterSample.digest)
            git model rollback -q prod && live | grep -o '"image": ".*server@[^"]*'
            git model deployments prod | grep -c ' deploy .*Succeeded'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "prod runs bert@v1.0.0 already\n", "there are to be 1 replicas, not 3\n", "others 4\n",
            "\"memory\": \"2Gi\"\n\"replicas\": 3\n", "image: \"\(server)\n",
            "\"image\": \"\(server)\nprod runs bert@v1.0.0 already\n",
            "\"image\": \"\(server)\n4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Other keys that a cluster cannot run a version with are recorded as failed, with the way out`()
        async throws
    {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && echo v1.0.0 > ~/cluster/broken && git config git-model.deploy.prod.replicas 3
            git model deploy v1.0.0 prod || echo failed $?
            git model deployments prod | grep -o '^prod  2 .* Failed' && git model deployments status prod | head -n 1
            rm ~/cluster/broken && git config --unset git-model.deploy.prod.replicas && git config git-model.deploy.prod.memory 2Gi
            git model deploy v1.0.0 prod && git model deployments prod | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "does not work on prod (the pods of prod do not get ready with bert-v1.0.0-",
            "exceeded its progress deadline",
            "hint: set the keys of the target back, and deploy again: `git model deploy bert@v1.0.0 prod`\n",
            "failed 4\nprod  2  2026-01-02T03:04  deploy  bert@v1.0.0  Failed\n",
            "Succeeded  prod runs bert@v1.0.0 now", "\nprod  3  2026-01-02T03:04  deploy  bert@v1.0.0  Succeeded\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Where a process was killed between two objects, the first one is told to be as before`() async throws {
        let result = try await ClusterSample().run(
            HalfSwitchTests.setUp + """
                served() { kubectl --namespace=ml get service prod -o json | version_of; }
                git remote remove origin
                git model deploy -q v1.0.0 prod && live | sed '/"resourceVersion"/d' > ~/first
                git model deploy -q v1.1.0 prod && pend && kubectl --namespace=ml replace -f ~/first && served
                git model deploy v1.0.0 prod && served && live | version_of
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("deployment.apps/prod replaced\n\"git-model/version\": \"v1.1.0\"\n"))
        let end = "\n\"git-model/version\": \"v1.0.0\"\n\"git-model/version\": \"v1.0.0\"\n"
        #expect(result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A version that does not run is made anew on another base image`() async throws {
        let place = try await ClusterSample()
        let base = "\(place.registry.authority)/models/base"
        let result = try await place.run(
            """
            git model export oci -q v1.0.0 docker://\(base):one --form image && git model export oci -q v1.1.0 docker://\(base):two --form image
            base() { git config git-model.deploy.prod.base \(base)@$(skopeo inspect --tls-verify=false docker://\(base):$1 | sed -n 's/.*"Digest": "\\(.*\\)".*/\\1/p'); }
            model() { live | grep -o '/models/bert@[^"]*' | sort -u; }
            git config git-model.deploy.prod.form init-container && base one && git model deploy -q v1.0.0 prod && model > ~/one
            git model deploy -q v1.1.0 prod && base two && git model deploy -q v1.0.0 prod && model > ~/two
            cat ~/one ~/two | uniq | wc -l
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("\n2\n"), "\(result.output)")
    }

    @Test func `A branch that a cluster follows gets the version that it has again, with other keys`() async throws {
        // On a branch of somebody's fork: the cluster follows origin all the same.
        let result = try await ClusterSample().run(
            """
            git init -q --bare ~/fork.git && git remote add fork ~/fork.git && git push -q fork main && git checkout -q -b fix --track fork/main
            git config git-model.deploy.prod.apply gitops && git config git-model.deploy.prod.branch clusters
            git config git-model.deploy.prod.manifests ml/bert.yaml && git model deploy -q v1.0.0 prod
            git config git-model.deploy.prod.replicas 4 && git model deploy v1.0.0 prod && git model deploy v1.0.0 prod
            git -C ~/origin.git show clusters:ml/bert.yaml | grep replicas && git -C ~/origin.git rev-list --count clusters
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("Succeeded  prod runs bert@v1.0.0 now"), "\(result.output)")
        #expect(result.output.hasSuffix("prod runs bert@v1.0.0 already\n  replicas: 4\n2\n"), "\(result.output)")
    }

    @Test func `What was tried in another registry is not gone back to, and may be deployed from the new one`()
        async throws
    {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && to=$(git config git-model.deploy.prod.to)
            git config git-model.deploy.prod.to $to-new && git model deployments status prod || echo status $?
            git model deploy -q v1.1.0 prod && git model rollback prod || echo moved $?
            live | grep -o 'reference": "[^@]*' && git model deploy -q v1.0.0 prod && live | version_of
            live | grep -o 'reference": "[^@]*' && git model rollback -q prod && live | version_of
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "its image is 127.0.0.1:", "error: cannot run bert@v1.0.0 on prod: its image is 127.0.0.1:",
            ", which is not in deploy.prod.to\n",
            "hint: deploy it again: `git model deploy bert@v1.0.0 prod`\nmoved 5\n", "status 4\n",
            "/models/bert-new\n\"git-model/version\": \"v1.0.0\"\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("/models/bert-new\n\"git-model/version\": \"v1.1.0\"\n"), "\(result.output)")
    }

    @Test func `A version that does not run is taken back also after the repository of the images was changed`()
        async throws
    {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && to=$(git config git-model.deploy.prod.to) && echo v1.1.0 > ~/cluster/broken
            image() { live | grep -o 'reference": "[^"]*'; }
            image > ~/first && git config git-model.deploy.prod.to $to-new && git model deploy v1.1.0 prod || echo failed $?
            image | cmp - ~/first && live | version_of && git model deployments prod
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "RolledBack  bert@v1.1.0 on prod: the pods of prod do not get ready with bert-v1.1.0-",
            "prod runs bert@v1.0.0\nfailed 4\n\"git-model/version\": \"v1.0.0\"\n", "deploy  bert@v1.1.0  RolledBack  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
