import Runs
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Which Python a command is taken to use, where it names none itself.
@Suite struct InterpreterSearchTests {
    private let repository: ScratchRepository
    private let environment: [String: String]

    init() async throws {
        repository = try await ScratchRepository()
        try await repository.run(
            """
            mkdir -p ~/bin ~/b/bin env/bin && for file in ~/bin/python3 ~/bin/make ~/b/bin/python env/bin/python; do : > $file && chmod +x $file; done
            : > env/bin/activate && printf 'cd sub\\nset -e\\npython3 t.py\\n' > train.sh && printf 'sh loop.sh\\nsh loop.sh\\n' > loop.sh
            printf '. env/bin/activate && python t.py\\n' > active.sh && printf '#!/bin/bash\\n"$RUNNER" t\\n' > own && chmod +x own
            printf '#!/usr/bin/env bash\\n. env/bin/activate\\npython t.py\\n' > own2 && chmod +x own2
            printf "#!$HOME/aws/bin/python\\n" > ~/bin/aws && chmod +x ~/bin/aws
            """
        ).expectSuccess()
        environment = [
            "PATH": "\(repository.home)/bin:/usr/bin:/bin", "HOME": repository.home.string,
            "PY": "\(repository.home)/b/bin/python", "TREE": "\(repository.home)/b",
            "LAUNCH": "nice \(repository.home)/b/bin/python",
        ]
    }

    @Test(
        arguments: [
            (["bash", "train.sh"], "~/bin/python3"), (["sh", "-eu", "train.sh", "x"], "~/bin/python3"),
            (["bash", "-euo", "pipefail", "./train.sh"], "~/bin/python3"), (["sh", "active.sh"], "env/bin/python"),
            (["sh", "-c", "echo 'a; b'; X=1 python3 t.py | tee log"], "~/bin/python3"),
            (["sh", "-c", "if true; then exec env A=b bash train.sh; fi"], "~/bin/python3"),
            (["sh", "-c", "\"$PYTHON\" t.py"], nil), (["sh", "-c", "\"$PY\" t.py"], "~/b/bin/python"),
            (["sh", "-c", "exec ${PY} t.py"], "~/b/bin/python"),
            (["sh", "-c", "$TREE/bin/python t"], "~/b/bin/python"),
            (["sh", "-c", "${PYTHON:-python3} t.py"], "~/bin/python3"),
            (["sh", "-c", "~/b/bin/python t.py"], "~/b/bin/python"),
            (["sh", "-c", "X=1 ${PY:-python3} t.py"], "~/b/bin/python"),
            (["sh", "-c", "$LAUNCH t.py"], "~/b/bin/python"),
            (["sh", "-c", "V=env; export P=$V/bin/python; $P t.py"], "env/bin/python"),
            (["sh", "-c", "if x; then V=env; else V=b; fi; $V/bin/python t.py"], nil),
            (["sh", "-c", "P=$(which python3); $P t.py"], nil), (["sh", "-c", "${PY%x} t.py; python3 u.py"], nil),
            (["sh", "-c", "$HERE/bin/python t.py"], nil),
            (["sh", "-c", ". $TREE/bin/activate; python t.py"], "~/b/bin/python"),
            (["sh", "-c", ". env/bin/activate; $VIRTUAL_ENV/bin/python t"], "env/bin/python"),
            (["nice", "-n", "5", "python3", "t.py"], "~/bin/python3"),
            (["timeout", "-s", "KILL", "9", "bash", "train.sh"], "~/bin/python3"),
            (["make", "train"], "~/bin/python3"),
            (["nohup", "env/bin/python", "t.py"], "env/bin/python"), (["./own"], "~/bin/python3"),
            (["sh", "-c", "true"], nil), (["sh", "-c", "# python3\necho python3"], nil), (["sh", "loop.sh"], nil),
            (["./own2"], "env/bin/python"), (["sh", "-c", "aws s3 ls"], "~/aws/bin/python"),
            (["sh", "-c", "aws s3 ls; . env/bin/activate; python t.py"], "env/bin/python"),
            (["sh", "-c", ". ~/b/bin/activate; python t.py"], "~/b/bin/python"),
            (["sh", "-c", "source \"$HOME/b/bin/activate\"; python t.py"], "~/b/bin/python"),
            (["sh", "-c", ". \"$DIR/env/bin/activate\"; python3 t.py"], nil),
            (["sh", "-c", "aws s3 ls; conda activate b; python3 t.py"], nil),
            (["sh", "-c", "module load cuda; env/bin/python t.py"], "env/bin/python"),
            (["sh", "-c", "module load cuda; nice env/bin/python t.py"], "env/bin/python"),
            (["sh", "-c", "module load cuda; A=b env/bin/python t.py"], "env/bin/python"),
            (["sh", "-c", ". env/bin/activate; module load cuda; python t.py"], "env/bin/python"),
            (["sh", "-c", "module load cuda; python3 t.py"], nil),
            (["sh", "gone.sh"], nil), (["sh"], nil), (["nice"], nil), (["true"], nil),
        ] as [([String], String?)]
    )
    func `Shells and programs that run others use what these use`(command: [String], python: String?) {
        let search = InterpreterSearch(environment: environment, directory: repository.path)
        let found = search.python(of: command)?.string
        let place = python.map { path in
            path.hasPrefix("~/") ? "\(repository.home)/\(path.dropFirst(2))" : "\(repository.path)/\(path)"
        }
        #expect(found.map { FilePath($0).lexicallyNormalized().string } == place)
    }

    @Test func `Variables that make a difference are recorded, and none of other tools that are called alike`() {
        for name in ["MY_SEED", "TF_DETERMINISTIC_OPS", "HF_HOME"] {
            #expect(EnvironmentCapture.records(variable: name))
        }
        for name in ["TF_VAR_x", "TF_TOKEN_x", "TF_CLI_CONFIG_FILE", "HOME"] {
            #expect(!EnvironmentCapture.records(variable: name))
        }
    }

    @Test func `Where packages come from is taken at its word, and that they are not known is said`() throws {
        func findings(
            _ choice: EnvironmentChoice,
            _ more: [String: String],
            _ command: [String] = ["true"]
        ) throws -> EnvironmentCapture.Findings {
            try EnvironmentCapture(
                choice: choice,
                command: command,
                environment: ["PATH": "/usr/bin:/bin"].merging(more) { $1 },
                directory: repository.path,
                root: repository.path
            ).findings()
        }
        #expect(try findings(.pip, [:]).environment.python != nil)
        let silent = try findings(.automatic, [:])
        #expect(silent.environment.python == nil && silent.problems.isEmpty)
        let unknown = try findings(.automatic, [:], ["sh", "-c", "$PYTHON t.py"])
        #expect(unknown.environment.kind == .none && unknown.problems.count == 1)
        #expect(unknown.problems.first?.contains("nothing tells which Python sh uses") == true)
        let active = try findings(.automatic, ["VIRTUAL_ENV": "/home/ada/env"])
        #expect(active.problems.count == 1 && active.problems[0].contains("--env pip"))
    }
}
