import FoundationEssentials
import SystemPackage
import TestSupport

/// Runs the command of a scenario again and again, each time in a fresh copy of its repository and with another fault.
final class FaultRig: Sendable {
    /// The write steps of an undisturbed run, such as `rename /path`.
    let steps: [String]

    private let scenario: FaultScenario
    private let scratch: ScratchRepository
    private let expected: String

    /// Makes `~/fault.so` of `Shim/fault.c`.
    static let compile = """
        gcc -O1 -Wall -Wextra -Werror -shared -fPIC -o ~/fault.so \
            '\(PackageFiles.root.appending("Tests/FaultTests/Shim/fault.c"))' -ldl
        """

    /// Prepares the repository, and runs the command once without a fault.
    init(_ scenario: FaultScenario) async throws {
        self.scenario = scenario
        scratch = try await ScratchRepository()
        try scratch.write(Sample.noise(600_000, seed: 1), to: "../content/noise")
        var model = SafetensorsBytes([(name: "weights", count: 70_000)], seed: 3)
        for version in ["one", "two"] {
            model.train(seed: UInt64(version.utf8.count) + UInt64(version.utf8.first ?? 0))
            try scratch.write(model.bytes, to: "../content/\(version).safetensors")
        }
        try scratch.write(Sample.numberedZeros(mebibytes: 33), to: "../content/zeros")
        try await scratch.run(
            """
            set -e
            cp --sparse=always ~/content/zeros ~/zeros && mv ~/zeros ~/content
            \(FaultRig.compile)
            git model init -q --remote '~/models' && seq 1 9 > old.bin && git model add -q old.bin
            git commit -qm Old && git model push -q
            \(scenario.setup)
            """
        ).expectSuccess()
        let run = try await FaultRig.run(
            "undisturbed",
            of: scenario,
            in: scratch,
            faulty: "faulty \(scenario.command) > /dev/null"
        )
        try run.expectSuccess()
        expected = run.output
        let log = try scratch.read("../log.undisturbed")
        steps = String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)
            .map { $0.replacing("/cases/undisturbed", with: "") }
    }

    /// What is in the repository, as far as a user can tell; temporary files may be there.
    private static let fingerprint = """
        git symbolic-ref -q HEAD || true
        git rev-parse HEAD
        git ls-files -s
        git status --porcelain | grep -v git-model-tmp || true
        git model status --json
        find . -path ./.git -prune -o -type f ! -name '.git-model-tmp-*' -printf '%m ' -exec sha256sum {} ';' | sort -k 3
        find . -path ./.git -prune -o -type l -printf '%p -> %l\\n' | sort
        """

    /// Runs a script in a copy of the prepared repository, then finishes and prints what came of it.
    private static func run(
        _ name: String,
        of scenario: FaultScenario,
        in scratch: ScratchRepository,
        faulty script: String,
        with fault: Fault? = nil
    ) async throws -> ShellResult {
        try await scratch.run(
            """
            set -e
            case=~/cases/\(name)
            rm -rf $case && mkdir -p $case && cp -a ~/.gitconfig ~/.config ~/sentiment ~/models $case
            root=$HOME
            export HOME=$case XDG_CONFIG_HOME=$case/.config
            cd $case/sentiment && git-model trust -q store
            faulty() { LD_PRELOAD=$root/fault.so FAULT_LOG=$case/log \(fault?.assignments ?? "") "$@"; }
            note() { echo "--- $*" >> $case/journal; "$@" >> $case/journal 2>&1 || { echo "failed: $*"; cat $case/journal; exit 1; }; }
            \(script)
            \(scenario.finish)
            \(fingerprint)
            mv $case/log $root/log.\(name) && rm -rf $case
            """
        )
    }

    /// The remote is a store as well: checked as one, and `old.bin` comes out of it.
    private static let checkRemote = """
        rm -rf ../probe && git clone -q . ../probe && mkdir -p ../probe/.git/model && ln -s ~/models ../probe/.git/model/store
        ( cd ../probe && note git-model fsck --deep && note git-model checkout -q -- old.bin && cmp old.bin ~/old )
        rm -rf ../probe ~/models/lock
        """

    /// Meets the command with a fault, and returns what went wrong.
    ///
    /// Behind it the store has to be sound, what was committed has to be there, and the command has to complete.
    func meet(_ fault: Fault) async throws -> String? {
        let check = scenario.isStoreWhole ? "! grep -q 'not here' $case/fsck" : "true"
        let command = scenario.command
        let run = try await FaultRig.run(
            "\(fault.kind)-\(fault.errno)-\(fault.step)",
            of: scenario,
            in: scratch,
            faulty: """
                seq 1 9 > ~/old
                { code=0; faulty \(command) || code=$?; echo $code > $case/code; } 2>&1 | cat > $case/out
                code=$(cat $case/code)
                echo "--- \(command): $code" > $case/journal && cat $case/out >> $case/journal
                note \(expectation(of: fault))
                git-model fsck --deep > $case/fsck 2>&1 || { cat $case/journal $case/fsck; exit 1; }
                note sh -c "\(check)"
                \(scenario.isStoreWhole ? "git-model cat old.bin | cmp - ~/old" : "true")
                \(scenario.writesRemote ? FaultRig.checkRemote : "")
                note \(command)
                """,
            with: fault
        )
        let step = steps.indices.contains(fault.step - 1) ? steps[fault.step - 1] : "?"
        guard run.exitCode == 0, run.output == expected else {
            let difference = run.exitCode == 0 ? FaultRig.difference(run.output, expected) : run.output
            return "\(scenario.testDescription), \(fault) (\(step)): exit \(run.exitCode)\n\(difference)"
        }
        return nil
    }

    /// What the exit code and the output of the command may be, as a command of the shell.
    private func expectation(of fault: Fault) -> String {
        switch fault.kind {
        case .kill, .tear:
            // Threads may share a file's steps out otherwise than they did the first time, and take a few less.
            fault.step <= steps.count - 4 ? "test $code = 137" : "test $code = 137 -o $code = 0"
        case .once, .on:
            // What is only a cache, or is done by then, may fail unnoticed; nothing may be left half-written.
            """
            sh -c "test $code = 0 || { test $code -lt 70 && grep -q '^error: .*/' $case/out; }"
            note test -z "$(find $case -name '.git-model-tmp-*')"
            """
        }
    }

    private static func difference(_ actual: String, _ expected: String) -> String {
        let actual = actual.split(separator: "\n").map(String.init)
        let expected = expected.split(separator: "\n").map(String.init)
        let missing = expected.filter { !actual.contains($0) }.map { "  - \($0)" }
        return (missing + actual.filter { !expected.contains($0) }.map { "  + \($0)" }).joined(separator: "\n")
    }

    /// Meets the command with every fault, two at a time, and returns what went wrong.
    func sweep(_ faults: [Fault]) async throws -> [String] {
        try await withThrowingTaskGroup(of: String?.self) { group in
            var next = faults.makeIterator()
            var problems: [String] = []
            for fault in [next.next(), next.next()].compactMap({ $0 }) { group.addTask { try await self.meet(fault) } }
            while let result = try await group.next() {
                if let result { problems.append(result) }
                if let fault = next.next() { group.addTask { try await self.meet(fault) } }
            }
            return problems
        }
    }

    /// The steps to look at: all in a long run, else those that make something visible, and a few more.
    func chosenSteps(atMost limit: Int) -> [Int] {
        let all = Array(1...max(1, steps.count))
        if Soak.isOn { return all }
        let visible = all.filter { steps[$0 - 1].hasPrefix("rename") || steps[$0 - 1].hasPrefix("remove") }
        let spread = FaultRig.thinned(all.filter { !visible.contains($0) }, to: limit / 4)
        return Set(FaultRig.thinned(visible, to: limit - spread.count) + spread).sorted()
    }

    private static func thinned(_ steps: [Int], to count: Int) -> [Int] {
        guard steps.count > count else { return steps }
        if count == 1 { return [steps[steps.count / 2]] }
        return (0..<count).map { steps[$0 * (steps.count - 1) / max(1, count - 1)] }
    }
}
