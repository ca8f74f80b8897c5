import TestSupport
import Testing

/// Deployments to a cluster that follows a branch, where others push to it, answers get lost, or users interrupt.
@Suite struct FollowedBranchTests {
    /// Versions up to v1.2.0, v1.0.0 of them on `prod`, and another clone; `shown` is what the branch has.
    private static let setUp = """
        git config git-model.deploy.prod.apply gitops && git config git-model.deploy.prod.branch clusters
        git config git-model.deploy.prod.manifests ml/bert.yaml && version 5 6 v1.2.0
        shown() { git -C ~/origin.git show clusters:ml/bert.yaml; }
        git model deploy -q v1.0.0 prod && shown > ~/first.yaml && cp -r . ~/other

        """

    /// Lets the other clone deploy v1.2.0 while the branch's next commit arrives, which is refused then; `meanwhile`
    /// follows.
    private static func overtaken(_ meanwhile: String) -> String {
        setUp + """
            cat > ~/origin.git/hooks/pre-receive <<'END'
            #!/bin/sh
            grep -q refs/heads/clusters || exit 0
            test ! -e ~/once || exit 0
            touch ~/once
            unset GIT_QUARANTINE_PATH $(git rev-parse --local-env-vars)
            (cd ~/other && git model deploy v1.2.0 prod) > ~/log 2>&1
            \(meanwhile)
            END
            chmod +x ~/origin.git/hooks/pre-receive

            """
    }

    @Test func `Who interrupts a deployment leaves what somebody else deployed meanwhile`() async throws {
        let result = try await ClusterSample().run(
            Self.overtaken("kill -INT \"$(cat ~/pid)\"; sleep 1; exit 1") + """
                sh -c 'echo $$ > ~/pid; exec git-model deploy v1.1.0 prod' || echo stopped $?
                cat ~/log && shown | grep -o 'git-model/version: .*' | sort -u
                git -C ~/origin.git log --format=%s clusters && git model deployments sync prod && git model deployments prod
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "stopped 130\n", "prod runs bert@v1.2.0 now (before: v1.0.0), recorded at origin\n",
            "git-model/version: v1.2.0\nRun bert v1.2.0 on prod\nRun bert v1.0.0 on prod\n",
            "prod  2  2026-01-02T03:04  deploy  bert@v1.2.0  Succeeded\nprod  1  ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Of two who deploy at once, the second is refused`() async throws {
        let result = try await ClusterSample().run(
            Self.overtaken("exit 0") + """
                git model deploy v1.1.0 prod || echo refused $?
                shown | grep -o 'git-model/version: .*' | sort -u
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["error: somebody else deployed to prod meanwhile: ", "refused 11\ngit-model/version: v1.2.0\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A commit that got through without an answer is taken back`() async throws {
        let result = try await ClusterSample().run(
            Self.setUp + """
                mkdir ~/bin && cat > ~/bin/git <<END
                #!/bin/sh
                case " \\$* " in *" push "*":refs/heads/clusters "*) test -e ~/once || { touch ~/once; $(command -v git) "\\$@" > ~/log 2>&1; exit 1; };; esac
                exec $(command -v git) "\\$@"
                END
                chmod +x ~/bin/git && { PATH=$HOME/bin:$PATH git-model deploy v1.1.0 prod || echo failed $?; }
                shown | cmp - ~/first.yaml && git -C ~/origin.git log --format=%s clusters
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "RolledBack  bert@v1.1.0 on prod: ", "prod runs bert@v1.0.0\nfailed 4\n",
            "Run bert v1.0.0 on prod\nRun bert v1.1.0 on prod\nRun bert v1.0.0 on prod\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
