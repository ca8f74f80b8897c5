import SystemPackage
import TestSupport
import Testing

/// Which registered versions of MLflow's become versions, and that one which cannot costs only itself.
@Suite struct ImportMLflowVersionsTests {
    /// A repository that is set up, and in `~/x` what mlflow-export-import writes of registered models.
    ///
    /// The models are Python, in which `version(number, …)` is a version with files of its own.
    private func exported(_ models: String, options: String = "") -> String {
        """
        git model init -q --name other --remote ~/store \(options) && git add -A && git commit -qm 'Set up'
        cat > ~/write.py <<'EOF'
        import json, os
        run = "2e2fdf453a3143fdba7e23d35d92f639"
        place = os.path.expanduser("~/x/experiments/3/" + run)
        def write(path, document):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").write(document)
        def version(number, **more):
            write(f"{place}/artifacts/m{number}/w.bin", f"weights {number}\\n")
            return {"version": str(number), "run_id": run, "source": f"dbfs:/x/{run}/artifacts/m{number}", **more}
        info = {"run_id": run, "experiment_id": "3", "status": "FINISHED", "start_time": 1683945877431, "end_time": 1683945880724}
        write(place + "/run.json", json.dumps({"mlflow": {"info": {**info, "lifecycle_stage": "active"}}}))
        for name, versions in (\(models)).items():
            model = {"name": name, "versions": [{"name": name, **fields} for fields in versions]}
            write(os.path.expanduser(f"~/x/models/{name}/model.json"), json.dumps({"mlflow": {"registered_model": model}}))
        EOF
        python3 ~/write.py

        """
    }

    @Test func `No version gets a description that nobody reads`() async throws {
        let models = #"""
            {"bert": [version(1, tags={f"t{n}": "word " * 1600 for n in range(200)}),
              version(2, tags={f"t{n}": "e" + "\u0301" * 30000 for n in range(20)})]}
            """#
        let result = try await ScratchRepository().run(
            exported(models) + """
                git model import mlflow ~/x || echo partly $?
                git tag -l && test $(git cat-file -s HEAD:.mver/models/bert.json) -lt 600000 && echo short
                git clone -q --bare . ~/bare.git && cd ~/bare.git && git model describe bert | grep -c models/bert
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: bert version 1: its tags are more than anybody reads (1048576 bytes)\n",
            "partly 3\nbert@v0.2.0\nshort\n1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A version whose tag another model's has is a problem, and the others are made`() async throws {
        let result = try await ScratchRepository().run(
            exported(#"{"a": [version(1)], "b": [version(1), version(2)]}"#, options: "--plain-tags") + """
                git model import mlflow ~/x --dry-run || echo planned $?
                git model import mlflow ~/x || echo partly $?
                git tag -l && cat models/a/w.bin models/b/w.bin && git log --format=%s && git status --porcelain
                git model import mlflow ~/x > ~/again || echo again $?; grep Nothing ~/again
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: b version 1: its version or tag is taken: v0.1.0", "planned 3\n",
            "partly 3\nv0.1.0\nv0.2.0\nweights 1\nweights 2\nImport b v0.2.0 from MLflow\nImport a v0.1.0 from MLflow\n",
            "again 3\nNothing to import from MLflow\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A version that cannot be tagged stops its own model alone`() async throws {
        let models = #"""
            {"a": [version(1, description="x\u0000y"), version(2)], "b": [version(1)]}
            """#
        let result = try await ScratchRepository().run(
            exported(models) + """
                git model import mlflow ~/x || echo partly $?
                git tag -l && cat models/a/w.bin models/b/w.bin && git status --porcelain
                git model import mlflow ~/x || echo again $?; git tag -l
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: a version 1: cannot tag a@v0.1.0: ", "error: a version 2: a version before it could not be made\n",
            "partly 3\nb@v0.1.0\nweights 1\nweights 1\n", "again 3\nb@v0.1.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What a hook refuses is staged, named, and committed by the same command again`() async throws {
        let result = try await ScratchRepository().run(
            exported(#"{"a": [version(1)], "b": [version(1)]}"#) + """
                mv .git/hooks/pre-commit ~/ && printf '#!/bin/sh\\ngit diff --cached --quiet -- models\\n' > .git/hooks/pre-commit
                chmod +x .git/hooks/pre-commit && git model import mlflow ~/x || echo partly $?
                git log -1 --format=%s && git diff --cached --name-only && mv ~/pre-commit .git/hooks/
                git model import mlflow ~/x && git tag -l && git show -s --format=%s HEAD HEAD~1 && git status --porcelain
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: a version 1: what was imported is staged, but Git did not commit it",
            "error: b version 1: a version before it could not be made\n",
            "Import 1 run from MLflow\n.mver/models/a.json\nmodels/.gitignore\nmodels/a.mver\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let end = "a@v0.1.0\nb@v0.1.0\nImport b v0.1.0 from MLflow\nImport a v0.1.0 from MLflow\n"
        #expect(result.output.hasSuffix(end), "\(result.output)")
    }

    @Test func `A version without a run that was exported from here is not taken back as a run`() async throws {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git model init -q --name bert --remote ~/store && seq 5000 > w.bin && git model add -q w.bin
            git add -A && git commit -qm One && git model tag -q v1.0.0 && git model export mlflow -q v1.0.0 \(server.origin)
            git model import mlflow \(server.origin) --dry-run
            git model import mlflow \(server.origin) && git log -1 --format=%s && git status --porcelain
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("Nothing to import from MLflow\n"), "\(result.output)")
        for text in ["import 1 run", "Imported"] { #expect(!result.output.contains(text), "\(result.output)") }
        #expect(result.output.hasSuffix("One\n"), "\(result.output)")
    }

    @Test func `What was exported twice, or by a run that was deleted there, is not taken back`() async throws {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git model init -q --name bert --remote ~/store && seq 5000 > w.bin && git model add -q w.bin
            git add -A && git commit -qm One && git model tag -q v0.1.0
            for name in a b; do git model export mlflow -q v0.1.0 \(server.origin) --experiment $name; done
            git model import mlflow \(server.origin) && echo twice
            api=\(server.origin)/api/2.0/mlflow
            curl -s $api/model-versions/search | grep -o '"run_id": *"[^"]*"' | cut -d '"' -f 4 > ~/runs && wc -l < ~/runs
            while read run; do
                curl -s -X POST -H 'Content-Type: application/json' -d "{\\"run_id\\": \\"$run\\"}" $api/runs/delete > ~/log
            done < ~/runs
            git model import mlflow \(server.origin) && echo deleted && git log -1 --format=%s && git tag && git status --porcelain
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.ranges(of: "Nothing to import from MLflow\n").count == 2, "\(result.output)")
        #expect(result.output.contains("twice\n2\n"), "\(result.output)")
        #expect(result.output.hasSuffix("deleted\nOne\nbert@v0.1.0\n"), "\(result.output)")
        for text in ["Imported", "error: "] { #expect(!result.output.contains(text), "\(text): \(result.output)") }
    }
}
