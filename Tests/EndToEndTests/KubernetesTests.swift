import SystemPackage
import TestSupport
import Testing

/// Deployments to a cluster: by the user's `kubectl` to an API server that keeps what it is told, and by a branch that
/// a cluster follows.
@Suite struct KubernetesTests {
    @Test func `A version is sent, applied and recorded; going back tells the cluster, too`() async throws {
        let result = try await ClusterSample().run(
            """
            git model deploy v1.0.0 prod && live | version_of && live | grep -o 'reference": "[^"]*' > ~/first && cat ~/first
            git model deploy v1.1.0 prod && live | version_of && test "$(live | grep -o 'reference": "[^"]*')" != "$(cat ~/first)"
            git model deployments status prod && git model deploy v1.1.0 prod
            git model rollback prod --reason 'Wrong on short texts' && live | version_of && live | grep -o 'reference": "[^"]*' | cmp - ~/first
            git model deploy v1.1.0 prod || echo refused $? && live | version_of && git model deployments prod
            cut -d ' ' -f 1 ~/cluster/calls | sort | uniq -c | grep -v GET
            kubectl --namespace=ml get lease git-model-prod -o json | grep holderIdentity && ls .git/model/deploy/prod/files
            live | grep -c ':v1\\|:latest\\|:current' || echo no tags
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Running    the smoke test passed on this machine in ",
            "Succeeded  prod runs bert@v1.0.0 now, recorded at origin\n\"git-model/version\": \"v1.0.0\"\nreference\": \"127.0.0.1:",
            "/models/bert@sha256:",
            "Succeeded  prod runs bert@v1.1.0 now (before: v1.0.0), recorded at origin\n\"git-model/version\": \"v1.1.0\"\n",
            "files       as they were sealed\n", "before      v1.0.0\n", "prod runs bert@v1.1.0 already\n",
            "Succeeded  prod runs bert@v1.0.0 now (before: v1.1.0), recorded at origin\n\"git-model/version\": \"v1.0.0\"\n",
            "prod does not take bert@v1.1.0: prod was rolled back from it",
            "refused 1\n\"git-model/version\": \"v1.0.0\"\n",
            // A Service and a Deployment, three times.
            "6 PATCH\n", "\"holderIdentity\": \"\"", "no tags\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A version whose pods do not get ready is taken back, and the old one goes on running`() async throws {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && echo v1.1.0 > ~/cluster/broken
            git model deploy v1.1.0 prod || echo failed $?
            live | version_of && git model deployments prod && git model deployments status prod | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "RolledBack  bert@v1.1.0 on prod: the pods of prod do not get ready with bert-v1.1.0-",
            "exceeded its progress deadline", "prod runs bert@v1.0.0\nfailed 4\n\"git-model/version\": \"v1.0.0\"\n",
            "deploy  bert@v1.1.0  RolledBack  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What another clone put there unheard is no reason to say that nothing runs, or that it was put back`()
        async throws
    {
        let result = try await ClusterSample().run(
            """
            version 5 6 v1.2.0 && version 9 4 v1.3.0 && git model deploy -q v1.0.0 prod && git model deploy -q v1.1.0 prod
            cp -r . ~/other && (cd ~/other && git model deploy -q v1.2.0 prod --no-push)
            git model deployments status prod 2>&1 | grep '^before' && git model deploy v1.3.0 prod --no-push || echo differs $?
            echo v1.0.0 > ~/cluster/broken && git model rollback prod --to v1.0.0 || echo broken $?
            live | version_of && git model deployments prod | head -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "before  nobody here knows\n", "\nprod runs bert-v1.2.0-", "differs 4\n",
            "Failed   bert@v1.0.0 on prod: the pods of prod do not get ready", ", and there is nothing to go back to: ",
            "\nprod runs bert@v1.0.0, for there was nothing to put back\nbroken 4\n\"git-model/version\": \"v1.0.0\"\n",
            "rollback  bert@v1.0.0  Failed  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What somebody changed by hand is seen`() async throws {
        let result = try await ClusterSample().run(
            """
            git config git-model.deploy.prod.replicas 2 && git model deploy -q v1.0.0 prod
            live | sed 's/"replicas": 2,/"replicas": 5,/; s/server@sha256:bb/server@sha256:aa/' | kubectl --namespace=ml replace -f -
            git model deployments status prod || echo changed $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "there are to be 5 replicas, not 2", "the image of server is ghcr.io/acme/server@sha256:aab", "changed 4\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `What a dry run prints is what Kubernetes takes, and kubectl`() async throws {
        let bin = PackageFiles.root.appending(".build-venv/bin")
        let result = try await ClusterSample().run(
            """
            touch ~/cluster/operator && git config git-model.deploy.prod.monitoring ServiceMonitor
            git model deploy v1.0.0 prod --dry-run --json > ~/report.json
            python3 -c 'import json, sys; print(json.load(sys.stdin)["manifests"], end="")' < ~/report.json > ~/dry.yaml
            \(bin)/kubernetes-validate --strict -k 1.35 ~/dry.yaml
            git config git-model.deploy.prod.form init-container
            git config git-model.deploy.prod.base docker.io/library/busybox@sha256:\(ClusterSample.digest)
            git config git-model.deploy.prod.memory 2Gi && git config git-model.deploy.prod.gpu 1
            git model deploy v1.0.0 prod --dry-run --json > ~/report.json
            python3 -c 'import json, sys; print(json.load(sys.stdin)["manifests"], end="")' < ~/report.json > ~/init.yaml
            \(bin)/kubernetes-validate --strict -k 1.29 ~/init.yaml && grep -c 'nvidia.com/gpu' ~/init.yaml
            for file in ~/dry.yaml ~/init.yaml; do kubectl create --dry-run=client --validate=false -f $file -o name; done
            git model deploy v1.0.0 prod --dry-run | grep -c 'kind: ' && ! live 2> ~/err && git for-each-ref refs/git-model/deployments
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "dry.yaml passed for resource deployment/prod against version 1.35",
            "dry.yaml passed for resource service/prod against version 1.35",
            "init.yaml passed for resource deployment/prod against version 1.29",
            "servicemonitor.monitoring.coreos.com/prod\ndeployment.apps/prod\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\n3\n"), "\(result.output)")
    }

    @Test func `A cluster that follows a branch is told by a commit, and by another on the way back`() async throws {
        let bin = PackageFiles.root.appending(".build-venv/bin")
        let result = try await ClusterSample().run(
            """
            git config git-model.deploy.prod.apply gitops && git config git-model.deploy.prod.branch clusters
            git config git-model.deploy.prod.manifests ml/bert.yaml
            shown() { git -C ~/origin.git show clusters:ml/bert.yaml; }
            git model deploy v1.0.0 prod && shown > ~/first.yaml && version_of() { grep -o 'git-model/version: .*' | sort -u; }
            git clone -q -b clusters ~/origin.git ~/ops && cd ~/ops && echo hello > README && git add README
            git commit -qm 'Say hello' && git push -q && cd ~/bert
            git model deploy v1.1.0 prod && shown | version_of && git -C ~/origin.git show clusters:README
            git model deployments status prod && git model rollback prod && shown | cmp - ~/first.yaml
            git -C ~/origin.git log --format=%s clusters && git status --porcelain && git branch --format='%(refname)'
            \(bin)/kubernetes-validate --strict -k 1.35 ~/first.yaml && kubectl create --dry-run=client --validate=false -f ~/first.yaml -o name
            cd ~/ops && git pull -q && sed -i 's/replicas/x/; s/memory/y/; s/periodSeconds: 5/periodSeconds: 6/' ml/bert.yaml && git commit -qam Tune && git push -q
            cd ~/bert && git model deployments status prod || echo changed $?
            cd ~/ops && echo mine > ml/bert.yaml && git commit -qam Mine && git push -q && cd ~/bert
            git model deploy v1.1.0 prod --force || echo foreign $?
            mv ~/origin.git ~/away.git && git model rollback prod || echo away $?
            test ! -e ~/cluster/calls || cat ~/cluster/calls
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Succeeded  prod runs bert@v1.0.0 now", "git-model/version: v1.1.0\nhello\n",
            "files       as they were sealed\n",
            "Run bert v1.0.0 on prod\nRun bert v1.1.0 on prod\nSay hello\nRun bert v1.0.0 on prod\nrefs/heads/main\n",
            "first.yaml passed for resource deployment/prod against version 1.35",
            "ml/bert.yaml on branch clusters of origin is not as the keys of prod have it", "changed 4\n",
            "ml/bert.yaml on branch clusters of origin is not what git-model wrote for prod, and stays as it is",
            "foreign 5\n", "away ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("PATCH"), "\(result.output)")
    }

    @Test func `Who deploys while somebody else does is told who, and one that was left behind is taken over`()
        async throws
    {
        let result = try await ClusterSample().run(
            """
            lease() { printf '{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "git-model-prod"}, "spec": {"holderIdentity": "bob@laptop/1", "leaseDurationSeconds": 120, "acquireTime": "%s", "renewTime": "%s"}}' $1 $1; }
            lease $(date -u +%Y-%m-%dT%H:%M:%S.000000Z) | kubectl --namespace=ml create -f -
            git model deploy v1.0.0 prod || echo locked $?
            lease 2026-01-02T03:04:05.000000Z | kubectl --namespace=ml replace -f -
            git model deploy v1.0.0 prod -v | tail -n 1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: somebody else is deploying to prod: bob@laptop/1 does since 20", "locked 11\n",
            "prod runs bert@v1.0.0 now",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Who lost the lease while a version was tried tells the cluster nothing more`() async throws {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod
            cat > ~/steal.sh <<'END'
            kubectl --namespace=ml get lease git-model-prod -o json | sed 's/"holderIdentity": "[^"]*"/"holderIdentity": "bob@laptop"/' | kubectl --namespace=ml replace -f -
            END
            sed -i "1i import subprocess; subprocess.run(['sh', '$HOME/steal.sh'], check=True)" serve.py && version 5 6 v1.2.0
            git model deploy v1.2.0 prod || echo lost $?
            live | version_of && kubectl --namespace=ml get lease git-model-prod -o json | grep -o 'holderIdentity.*"'
            git model deployments prod > ~/events && ! grep v1.2.0 ~/events && grep -c PATCH ~/cluster/calls
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: somebody else is deploying to prod: bob@laptop has the lease git-model-prod since 20",
            ", so that the cluster is told nothing more\n", "lost 11\n", "\"git-model/version\": \"v1.0.0\"\n",
            "holderIdentity\": \"bob@laptop\"\n2\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Who loses the lease after the switch, and has to go back, is told who has it`() async throws {
        let result = try await ClusterSample().run(
            """
            git model deploy -q v1.0.0 prod && echo v1.1.0 > ~/cluster/broken
            cat > ~/steal.sh <<'END'
            kubectl --namespace=ml get lease git-model-prod -o json | sed 's/"holderIdentity": "[^"]*"/"holderIdentity": "bob@laptop"/' | kubectl --namespace=ml replace -f -
            END
            mkdir ~/bin && printf '#!/bin/sh\\ncase " $* " in *" rollout "*) PATH=%s sh %s >/dev/null;; esac\\nexec %s "$@"\\n' "'$PATH'" ~/steal.sh "$(command -v kubectl)" > ~/bin/kubectl
            chmod +x ~/bin/kubectl && { PATH=$HOME/bin:$PATH git-model deploy v1.1.0 prod || echo lost $?; }
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["error: somebody else is deploying to prod: bob@laptop has the lease git-model-prod", "lost 11\n"]
        {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    private static let troubles = [
        ScriptCase(
            "mkdir ~/bin && ln -s $(command -v git) $(command -v git-model) ~/bin && PATH=$HOME/bin git model deploy v1.0.0 prod",
            says: "there is no kubectl in PATH",
            "`apt-get install kubernetes-client`",
            exits: 5
        ),
        ScriptCase(
            "git config git-model.deploy.prod.context nowhere && git model deploy v1.0.0 prod",
            says: "nowhere",
            "`kubectl config get-contexts`",
            exits: 5
        ),
        ScriptCase(
            "git config git-model.deploy.prod.namespace nowhere && git model deploy v1.0.0 prod",
            says: "namespaces \"nowhere\" not found",
            "`kubectl create namespace NAME`",
            exits: 5
        ),
        ScriptCase(
            "touch ~/cluster/forbidden && git model deploy v1.0.0 prod",
            says: "leases is forbidden: User \"ada\"",
            "`kubectl auth can-i --list`",
            exits: 12
        ),
        ScriptCase(
            "sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:1/' ~/.kube/config && git model deploy v1.0.0 prod",
            says: "refused",
            "`kubectl version`",
            exits: 13
        ),
        ScriptCase(
            "git config git-model.deploy.prod.monitoring ServiceMonitor && git model deploy v1.0.0 prod || { code=$?; live; exit $code; }",
            says: "no matches for kind \"ServiceMonitor\"",
            "the cluster has no Prometheus Operator",
            "NotFound",
            exits: 5
        ),
        ScriptCase(
            "printf '{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"prod\"}, \"spec\": {\"template\": {\"metadata\": {}}}}' | kubectl --namespace=ml create --validate=false -f - && git model deploy v1.0.0 prod",
            says: "Deployment prod in namespace ml was not made by git-model, and stays as it is",
            "deploy.prod.name NAME",
            exits: 5
        ),
        ScriptCase(
            "printf '{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"prod\"}, \"spec\": {}}' | kubectl --namespace=ml create --validate=false -f - && git model deploy v1.0.0 prod",
            says: "Service prod in namespace ml was not made by git-model, and stays as it is",
            exits: 5
        ),
        ScriptCase(
            "git model describe -q --serve 'python3 serve.py --at {socket}' && git commit -qam Socket && git model tag -q v1.2.0 --push && git model deploy v1.2.0 prod --skip-smoke --trust command:$(printf 'python3\\0serve.py\\0--at\\0{socket}' | sha256sum | cut -c1-64)",
            says: "listens at a Unix socket, which no probe of a cluster can reach",
            "`deploy.prod.command`",
            exits: 5
        ),
        ScriptCase(
            "git config git-model.deploy.prod.image ghcr.io/acme/server:2 && git model deploy v1.0.0 prod",
            says: "deploy.prod.image is ghcr.io/acme/server:2, which is not named by its digest",
            exits: 5
        ),
    ]

    @Test(arguments: troubles)
    func `What a cluster does not do is said with the way out`(trouble: ScriptCase) async throws {
        trouble.check(try await ClusterSample().run(trouble.script))
    }
}
