import Testing

/// A command, and a repository in which it has something to do.
struct FaultScenario: Sendable, CustomTestStringConvertible {
    /// What the test is called.
    let testDescription: String
    /// Prepares the repository, in which `old.bin` is committed and pushed.
    let setup: String
    /// The command that is met by a fault, and is then run again.
    let command: String
    /// Whether every pointer has its bytes in the local store, however the command ends.
    var isStoreWhole = true
    /// Whether the command writes to the remote.
    var writesRemote = false
    /// What has to hold after the command, before the result is compared with that of a run without a fault.
    var finish = ""

    private static let artifacts = """
        cp ~/content/noise noise.bin && mkdir -p tree/sub && seq 1 99 > tree/a && chmod +x tree/a
        seq 1 50 > tree/sub/b && ln -s sub/b tree/link
        """
    private static let changes = """
        printf more >> noise.bin && seq 2 99 > tree/a && chmod -x tree/a && rm tree/sub/b && seq 5 > tree/c
        """
    private static let twoVersions = """
        cp ~/content/one.safetensors m.safetensors && git-model add -q m.safetensors && git commit -qm One
        cp ~/content/two.safetensors m.safetensors && git-model add -q m.safetensors && git commit -qm Two
        git-model tag -q v0.1.0
        """

    /// The commands that write.
    static let all = [
        FaultScenario(
            testDescription: "add",
            setup: "\(artifacts) && cp ~/content/zeros zeros.bin",
            command: "git-model add -q noise.bin tree zeros.bin"
        ),
        FaultScenario(
            testDescription: "add of a second version, which merges indexes",
            setup: """
                \(artifacts)
                git-model add -q noise.bin tree && git commit -qm One
                for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo $n > n$n.bin && git-model add -q n$n.bin; done
                git commit -qm Many
                \(changes)
                """,
            command: "git-model add -q -u"
        ),
        FaultScenario(
            testDescription: "push",
            setup: "\(artifacts) && git-model add -q noise.bin tree && git commit -qm One",
            command: "git-model push -q",
            writesRemote: true,
            finish: "\(clone) && git-model fsck -q --check-remote"
        ),
        FaultScenario(
            testDescription: "fetch",
            setup: """
                \(artifacts) && git-model add -q noise.bin tree && git commit -qm One
                git-model push -q && rm -rf .git/model/store && git-model fetch -q -- old.bin
                """,
            command: "git-model fetch -q",
            isStoreWhole: false
        ),
        FaultScenario(
            testDescription: "pull into a fresh clone",
            setup: """
                \(artifacts) && git-model add -q noise.bin tree && git commit -qm One
                git-model push -q && rm -rf .git/model .git/hooks noise.bin tree old.bin
                """,
            command: "git-model pull -q",
            isStoreWhole: false
        ),
        FaultScenario(
            testDescription: "checkout of what is missing",
            setup: """
                \(artifacts) && cp ~/content/zeros zeros.bin
                git-model add -q noise.bin tree zeros.bin && git commit -qm One && rm -r noise.bin tree zeros.bin
                """,
            command: "git-model checkout -q"
        ),
        FaultScenario(
            testDescription: "checkout of another version",
            setup: """
                \(artifacts) && seq 7 > gone.bin && git-model add -q noise.bin tree gone.bin && git commit -qm One
                git branch one && \(changes)
                git-model add -q -u && git-model rm -q gone.bin && seq 8 > new.bin && git-model add -q new.bin
                git commit -qm Two && git branch two && git-model checkout -q one
                """,
            command: "git-model checkout -q two"
        ),
        FaultScenario(
            testDescription: "rm",
            setup: "\(artifacts) && git-model add -q noise.bin tree && git commit -qm One",
            command: "git-model rm -q noise.bin tree"
        ),
        FaultScenario(
            testDescription: "mv",
            setup: "\(artifacts) && git-model add -q noise.bin tree && git commit -qm One",
            command: "git-model mv -q tree grove"
        ),
        FaultScenario(
            testDescription: "gc",
            setup: """
                \(artifacts) && git-model add -q noise.bin && git-model add -q tree && git commit -qm One
                seq 3 > x.bin && git-model add -q x.bin noise.bin && seq 4 > x.bin && git-model add -q x.bin
                git-model rm -q --force x.bin && git commit -qm Two --allow-empty
                git reflog expire --expire=now --all && git gc -q --prune=now
                """,
            command: "git-model gc -q --prune-now"
        ),
        FaultScenario(
            testDescription: "slim",
            setup: """
                \(artifacts) && git-model add -q noise.bin tree && git commit -qm One && git branch one && \(changes)
                git-model add -q -u && git commit -qm Two && git-model push -q --all
                """,
            command: "git-model slim -q",
            isStoreWhole: false,
            writesRemote: true,
            finish: "git-model fetch -q --all && git-model gc -q --prune-now > ~/gc && git-model fsck -q --deep"
        ),
        FaultScenario(
            testDescription: "repack",
            setup: "\(twoVersions) && git-model push -q",
            command: "git-model repack -q",
            finish: "git-model repack | grep -q 'nothing to repack'"
        ),
        FaultScenario(
            testDescription: "repack of a remote",
            setup: "\(twoVersions) && git-model push -q --all && git-model repack -q",
            command: "git-model repack -q --remote store",
            writesRemote: true,
            finish: "\(clone) && git-model fsck -q --check-remote"
        ),
        FaultScenario(
            testDescription: "purge here and in a remote",
            setup:
                "git remote add origin ../code && \(twoVersions) && git tag sentiment@v0.0.1 HEAD~1 && git-model push -q --all",
            // Its Git remote is not there.
            command: "git-model purge -q --yes --force v0.0.1",
            isStoreWhole: false,
            writesRemote: true,
            finish: """
                git-model fsck -q --deep --check-remote
                test "$(grep -c . ~/models/purged/* .git/model/store/purged/* | wc -l)" = 2
                """
        ),
    ]

    /// Clones the repository and pulls everything; the result is then compared there.
    private static let clone = "rm -rf ../clone && git clone -q . ../clone && cd ../clone && git-model pull -q"
}
