import SystemPackage
import TestSupport
import Testing

/// What `git model import mlflow` makes of runs that MLflow nests, and of their files that no registered version is
/// made of.
@Suite struct ImportMLflowRunsTests {
    /// A script that lets MLflow make a run in a run, with a registered model, an artifact, and a model that is only
    /// logged.
    private static let training = """
        import mlflow, os, sys
        from mlflow.entities import LoggedModelOutput
        mlflow.set_tracking_uri(sys.argv[1])
        files = os.environ["HOME"] + "/files"
        os.makedirs(files + "/sub", exist_ok=True)
        open(files + "/sub/plot.txt", "w").write("points\\n")
        open(files + "/w.bin", "w").write("weights\\n" * 1000)
        client = mlflow.MlflowClient()
        with mlflow.start_run(run_name="outer") as outer:
            mlflow.log_metric("best", 0.25)
            with mlflow.start_run(run_name="inner", nested=True) as inner:
                mlflow.log_metric("loss", 0.5)
                mlflow.log_artifacts(files, "model")
                mlflow.log_artifact(files + "/sub/plot.txt", "plots")
                logged = client.create_logged_model(inner.info.experiment_id, name="lm", source_run_id=inner.info.run_id)
                client.log_model_artifacts(logged.model_id, files)
                client.log_outputs(inner.info.run_id, [LoggedModelOutput(logged.model_id, 0)])
        client.create_registered_model("small")
        client.create_model_version("small", f"runs:/{inner.info.run_id}/model", inner.info.run_id)
        print(outer.info.run_id, inner.info.run_id, logged.model_id)
        """

    /// A repository that is set up, and MLflow's runs, kept at `place`, whose ids are in variables.
    private func trained(at place: String) -> String {
        """
        cat > ~/train.py <<'EOF'
        \(Self.training)
        EOF
        MLFLOW_ALLOW_FILE_STORE=true \(MLflowTrackingServer.python) ~/train.py \(place) 2> ~/log | grep '^[0-9a-f]\\{32\\} ' > ~/ids
        read outer inner logged < ~/ids
        git model init -q --name other --remote ~/store && git add -A && git commit -qm 'Set up'

        """
    }

    /// What is there after an import with artifacts, and after others.
    private func looking(at source: String) -> String {
        """
        git model import mlflow \(source) --artifacts --dry-run && git model import mlflow \(source) --artifacts
        cd .mver/runs/$inner && find . -type f ! -name '*.mver' ! -name .gitignore | sed "s/$logged/LOGGED/" | sort && cd ../../..
        cat .mver/runs/$inner/artifacts/plots/plot.txt && cmp ~/files/w.bin .mver/runs/$inner/models/$logged/w.bin
        git model runs show inner | sed -n '/^outputs/,/^notes/p' | sed "s/$inner/INNER/; s/$logged/LOGGED/; s/sha256:[0-9a-f]*/OID/" | tr -s ' '
        git status --porcelain && head=$(git rev-parse HEAD) && git model import mlflow \(source) --artifacts
        test $head = $(git rev-parse HEAD) && git model import mlflow \(source) && test $head = $(git rev-parse HEAD)
        git model push -q && git model fsck > ~/log && echo sound
        """
    }

    private static let taken = [
        "./artifacts/plots/plot.txt\n./metrics.jsonl\n./models/LOGGED/sub/plot.txt\n./models/LOGGED/w.bin\npoints\n",
        " .mver/runs/INNER/artifacts OID 7 B\n", " .mver/runs/INNER/models/LOGGED OID 8.0 kB\n",
        " models/small OID 8.0 kB\n", "Nothing to import from MLflow\nLeft out 2 known runs\n", "sound\n",
    ]

    @Test func `A run in a run stays one, and files that no version is made of are counted, or taken`() async throws {
        let result = try await ScratchRepository().run(
            trained(at: "file://$HOME/mlruns") + """
                git model import mlflow ~/mlruns --dry-run && git model import mlflow ~/mlruns
                git model runs --csv --sort name | cut -d, -f2,3 && git model runs --where "parent = $outer" --csv | cut -d, -f2
                git model runs show outer | grep -c inside || git model runs show inner | grep -c "inside *$outer"
                git model runs show inner | grep parentRunId || git model metrics show run:$inner | grep -c loss

                """ + looking(at: "~/mlruns")
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Would import 2 runs, 1 version, 0 stages from MLflow", "Imported 2 runs, 1 version, 0 stages from MLflow",
            "Left with MLflow: artifacts of 1 run: 3 files, 8.0 kB\n", "mlruns --artifacts`\n",
            "name,status\ninner,finished\nouter,finished\nname\ninner\n0\n1\n1\n",
            "Would import 1 run, 0 versions, 0 stages from MLflow, 0 B\nWith artifacts of 1 run: 3 files, 8.0 kB\n",
            "Imported 1 run, 0 versions, 0 stages from MLflow, 0 B\nTook artifacts of 1 run: 3 files, 8.0 kB\n",
        ] + Self.taken { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A server gives the same, and is not asked for files that nobody wants`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            trained(at: server.origin) + """
                git model import mlflow \(server.origin) --dry-run
                grep -c 'mlflow-artifacts/artifacts?path=.*plots' ~/mlflow.log || echo not asked

                """ + looking(at: server.origin)
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Would import 2 runs, 1 version, 0 stages from MLflow",
            "artifacts of runs that no registered version is made of",
            "0\nnot asked\n", "With artifacts of 1 run: 3 files, 8.0 kB\n",
            "Imported 2 runs, 1 version, 0 stages from MLflow", "Took artifacts of 1 run: 3 files, 8.0 kB\n",
        ] + Self.taken { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Artifacts that cannot be taken cost only themselves`() async throws {
        let result = try await ScratchRepository().run(
            trained(at: "file://$HOME/mlruns") + """
                echo secret > ~/secret && ln -s ~/secret ~/mlruns/0/$inner/artifacts/plots/link
                git model import mlflow ~/mlruns --artifacts || echo partly $?
                git model runs --csv --sort name | cut -d, -f2 && grep -rc secret .mver/runs models | grep -v ':0' || echo no secret
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: artifacts of run ", "leads out of the artifact", "partly 3\nname\ninner\nouter\nno secret\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Of a run's files all are taken and in its record, or none`() async throws {
        let result = try await ScratchRepository().run(
            trained(at: "file://$HOME/mlruns") + """
                echo secret > ~/secret && ln -s ~/secret ~/mlruns/0/models/$logged/artifacts/link
                git model import mlflow ~/mlruns --artifacts 2>&1 || echo partly $?
                git ls-files .mver/runs/$inner && git model runs show inner | grep -c 'runs/.*artifacts' || echo none
                rm ~/mlruns/0/models/$logged/artifacts/link && git model import mlflow ~/mlruns --artifacts
                git ls-files .mver/runs | grep -c "$inner/artifacts.mver\\|$inner/models/$logged.mver"
                git model runs show inner | grep -c "runs/$inner/artifacts\\|runs/$inner/models/$logged" && git status --porcelain
                cat .mver/runs/$inner/artifacts/plots/plot.txt && git model fsck > ~/log && echo sound
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: artifacts of run ", "partly 3\n", "0\nnone\n", "Took artifacts of 1 run: 3 files, 8.0 kB\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("2\n2\npoints\nsound\n"), "\(result.output)")
        let first = result.output.split(separator: "none\n")[0]
        #expect(!first.contains("artifacts.mver") && !first.contains("Took"), "\(result.output)")
    }
}
