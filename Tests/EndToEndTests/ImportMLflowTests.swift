import SystemPackage
import TestSupport
import Testing

/// `git model import mlflow`, of what MLflow itself wrote, what mlflow-export-import writes, and files that nobody
/// should trust.
@Suite struct ImportMLflowTests {
    /// A script that lets MLflow make an experiment with runs, and a model with two versions, an alias and a stage.
    private static let training = """
        import mlflow, os, sys
        mlflow.set_tracking_uri(sys.argv[1])
        mlflow.set_experiment("exp one")
        files = os.path.join(os.environ["HOME"], "files")
        client = mlflow.MlflowClient()
        client.create_registered_model("my bert", description="A model")
        for turn in (1, 2):
            with mlflow.start_run(run_name=f"first/run {turn}") as run:
                mlflow.log_param("lr", 0.001 * turn)
                mlflow.log_param("opt/name", "adam")
                for step in range(3):
                    mlflow.log_metric("acc", 0.1 * step * turn, step=step)
                    mlflow.log_metric("val/loss", float("nan") if step == 1 else float("inf"), step=step)
                mlflow.set_tag("team", "x: [y")
                mlflow.set_tag("api_key", "hush-hush-hush")
                os.makedirs(files + "/sub", exist_ok=True)
                open(files + "/w.bin", "w").write(f"weights {turn}\\n" * 1000)
                open(files + "/sub/MLmodel", "w").write("flavors: {}\\n")
                mlflow.log_artifacts(files, "model")
            tags = {"semver": "1.2.0"} if turn == 1 else {}
            client.create_model_version("my bert", f"runs:/{run.info.run_id}/model", run.info.run_id, tags=tags)
            print(run.info.run_id)
        client.set_registered_model_alias("my bert", "champion", 2)
        client.transition_model_version_stage("my bert", 1, "Production")
        with mlflow.start_run() as gone:
            mlflow.log_metric("acc", 1)
        mlflow.delete_run(gone.info.run_id)
        """

    /// A repository that is set up, and MLflow's runs, kept at `place`, whose ids are in `~/ids`.
    private func trained(at place: String) -> String {
        """
        cat > ~/train.py <<'EOF'
        \(Self.training)
        EOF
        MLFLOW_ALLOW_FILE_STORE=true \(MLflowTrackingServer.python) ~/train.py \(place) 2> ~/log | grep -x '[0-9a-f]\\{32\\}' > ~/ids
        test $(wc -l < ~/ids) = 2
        git model init -q --name other --remote ~/store && git add -A && git commit -qm 'Set up'

        """
    }

    @Test func `A file store of another machine becomes runs, versions and stages, once`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            trained(at: "file://$HOME/there/mlruns") + """
                mv ~/there ~/here && run=$(sed -n 2p ~/ids) && cp -r ~/here ~/before
                place=$(echo ~/here/mlruns/[1-9]*/$run) && printf '17959189' >> $place/metrics/acc
                mkdir ~/here/mlruns/0/damaged && echo 'a: &a [*a' > ~/here/mlruns/0/damaged/meta.yaml
                git model import mlflow ~/here/mlruns --dry-run || echo planned $?
                git log --format=%s && git status --porcelain && git tag -l
                git model import mlflow ~/here || echo imported $?
                git status --porcelain && git log --format=%s && git tag -l && git fsck --strict 2>&1
                head -n 1 models/my-bert/w.bin && cat models/my-bert/sub/MLmodel
                grep -h 'acc' .mver/runs/$run/metrics.jsonl | cut -d, -f1,2,4
                grep -c '"lr": "0.002"' .mver/runs/$run.json && grep -c 'hush-hush' .mver/runs/$run.json || echo redacted
                git model stages
                git cat-file tag my-bert@v1.2.0 | grep '^Run: \\|^Metric: '
                head=$(git rev-parse HEAD) && git model import mlflow ~/here > ~/again || echo again $?
                grep Nothing ~/again && test $head = $(git rev-parse HEAD)
                git model checkout -q my-bert@v1.2.0 && head -n 1 models/my-bert/w.bin && git switch -q main
                git model push -q && git model verify my-bert@v0.2.0 && echo verified
                printf '1 0.5 9\\n' > $place/metrics/new && git model import mlflow ~/here --experiment 'exp one' | grep Imported
                git model import mlflow ~/here --model nobody || echo unknown $?
                diff -r ~/before/mlruns/models ~/here/mlruns/models && echo untouched
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Would import 2 runs, 2 versions, 2 stages from MLflow", "planned 3\nSet up\n",
            "Imported 2 runs, 2 versions, 2 stages from MLflow, 20.0 kB\n", "imported 3\n",
            "Import my-bert v0.2.0 from MLflow\nImport my-bert v1.2.0 from MLflow\nImport 2 runs from MLflow\nSet up\n",
            "weights 2\nflavors: {}\n",
            "{\"name\":\"acc\",\"step\":0,\"value\":0.0}\n{\"name\":\"acc\",\"step\":1,\"value\":0.2}\n",
            "redacted\n", "Metric: 0.2 acc\nMetric: inf val/loss\n",
            "again 3\nNothing to import from MLflow\nweights 1\n",
            "Left out 1 deleted run", "lines of metrics that could not be read: 1", "my-bert#champion",
            "my-bert#production",
            "verified\n", "Imported 1 run, 0 versions, 0 stages from MLflow", "unknown 5\n", "untouched\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test
    func `What was exported to a server comes back the same in another repository, and as nothing new in its own`()
        async throws
    {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model init -q --name bert --remote ~/store && printf 'lr: 0.001\\n' > params.yaml
            cat > train.sh <<'EOF'
            mkdir -p w/sub && seq $1 50000 > w/model.bin && echo '{}' > 'w/sub/a b+c.json' && : > w/empty
            for s in 0 1 2; do echo "{\\"step\\": $s, \\"accuracy\\": 0.$s$1, \\"bad\\": NaN}" >> $GIT_MODEL_RUN_DIR/metrics.jsonl; done
            EOF
            git add -A && git commit -qm 'Set up'
            git model run -q --data params.yaml -o w -- sh train.sh 7 && git commit -qm Train
            git push -q -u origin main && git model tag -q v1.0.0 --push && git model promote -q v1.0.0 production
            git model export mlflow v1.0.0 \(server.origin) > ~/exported
            git model import mlflow \(server.origin) && git status --porcelain
            git init -q -b main ~/other && cd ~/other && git model init -q --name sentiment && git add -A && git commit -qm Begin
            git model import mlflow \(server.origin)/ --dry-run && git model import mlflow \(server.origin)
            git status --porcelain && diff -r ~/bert/w models/bert/w && echo same files
            cut -d, -f1,2,4 .mver/runs/*/metrics.jsonl && grep -h '"lr"' .mver/runs/*.json && git model stages
            git model import mlflow \(server.origin)
            git model metrics show bert@v1.0.0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Nothing to import from MLflow\n", "Would import 1 run, 1 version, 1 stage from MLflow",
            "Imported 1 run, 1 version, 1 stage from MLflow", "bert@v1.0.0", "same files\n",
            "{\"name\":\"accuracy\",\"step\":0,\"value\":0.07}\n{\"name\":\"accuracy\",\"step\":1,\"value\":0.17}\n",
            "{\"name\":\"bad\",\"step\":2,\"value\":\"NaN\"}\n", "\"lr\": \"0.001\"", "production", "accuracy",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A server's registry becomes versions, and its login is asked for`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            trained(at: server.origin) + """
                git model import mlflow \(server.origin) --model 'my bert' && git log --format=%s
                head -n 1 models/my-bert/w.bin && ls .mver/runs/*.json | wc -l
                sort ~/ids > ~/sorted && ls .mver/runs/*.json | cut -d/ -f3 | cut -d. -f1 | diff - ~/sorted && echo same ids
                grep -h '"val/loss"' .mver/runs/$(tail -n 1 ~/ids)/metrics.jsonl | cut -d, -f2,4
                git model import mlflow http://127.0.0.1:1 || echo away $?
                git model import mlflow nowhere || echo nothing $?
                mkdir -p ~/x && git model import mlflow ~/x || echo empty $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Import my-bert v0.2.0 from MLflow\nImport my-bert v1.2.0 from MLflow\nImport 2 runs from MLflow\nSet up\n",
            "weights 2\n2\nsame ids\n",
            "\"step\":0,\"value\":\"Infinity\"}\n\"step\":1,\"value\":\"NaN\"}\n\"step\":2,\"value\":\"Infinity\"}\n",
            "away 13\n", "nothing 5\n", "empty 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What mlflow-export-import wrote is read, and nothing outside of it`() async throws {
        let scratch = try await ScratchRepository()
        let run = "2e2fdf453a3143fdba7e23d35d92f639"
        let result = try await scratch.run(
            """
            git model init -q --name other --remote ~/store && git add -A && git commit -qm 'Set up'
            here=$(git rev-parse HEAD) && mkdir -p ~/x/experiments/3/\(run)/artifacts/m ~/x/models/bert && echo secret > ~/secret
            echo 'weights' > ~/x/experiments/3/\(run)/artifacts/m/w.bin
            ln -s ~/secret ~/x/experiments/3/\(run)/artifacts/link
            echo '{"mlflow": {"experiment": {"experiment_id": "3", "name": "<b>"}}}' > ~/x/experiments/3/experiment.json
            cat > ~/x/experiments/3/\(run)/run.json <<EOF
            {"mlflow": {"info": {"run_id": "\(run)", "experiment_id": "3", "status": "FINISHED", "start_time": 1683945877431,
              "end_time": 1683945880724, "lifecycle_stage": "active"}, "params": {"depth": "1"},
              "metrics": {"r2": [{"value": NaN, "timestamp": 1681630579458, "step": 0}, {"value": 0.5, "timestamp": 3, "step": 4}]},
              "tags": {"mlflow.source.git.commit": "$here", "mlflow.user": "ada", "mlflow.note.content": "fine"}}}
            EOF
            cat > ~/x/models/bert/model.json <<EOF
            {"mlflow": {"registered_model": {"name": "bert", "versions": [
              {"name": "bert", "version": "1", "run_id": "\(run)", "source": "dbfs:/x/\(run)/artifacts/m"},
              {"name": "bert", "version": "2", "run_id": "\(run)", "source": "runs:/\(run)/../../../../secret"},
              {"name": "bert", "version": "3", "run_id": "\(run)", "source": "$HOME/secret"},
              {"name": "bert", "version": "4", "run_id": "\(run)", "source": "runs:/\(run)/link"}]}}}
            EOF
            git model import mlflow ~/x || echo partly $?
            git tag -l && cat models/bert/w.bin && git model runs show \(run)
            git rev-parse refs/git-model/runs/\(run) | grep -c $here && git grep -c secret HEAD -- ':!.mver/config' || echo no secret
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "partly 3\nbert@v0.1.0\nweights\n", "bert version 2", "bert version 3", "bert version 4", "no secret\n",
            "imported from MLflow: run \(run) of experiment <b>", "r2", "0.5", "fine", "depth",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What is in the way stays, and says so`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            trained(at: "file://$HOME/mlruns") + """
                mkdir -p models/my-bert && echo mine > models/my-bert/w.bin
                git model import mlflow ~/mlruns || echo partly $?
                cat models/my-bert/w.bin && git tag -l && git log --format=%s && rm -r models
                git model import mlflow ~/mlruns && echo changed >> models/my-bert/w.bin && git model status | grep -c my-bert
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "partly 3\nmine\nImport 2 runs from MLflow\nSet up\n", "would take the place of models/my-bert",
            "Imported 2 runs, 2 versions, 2 stages",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What changed while an import ran stays, and is named`() async throws {
        let result = try await ScratchRepository().run(
            trained(at: "file://$HOME/mlruns") + """
                printf '#!/bin/sh\\nmkdir -p models/my-bert && echo mine > models/my-bert/w.bin\\n' > .git/hooks/post-commit
                chmod +x .git/hooks/post-commit && git model import mlflow ~/mlruns || echo partly $?
                cat models/my-bert/w.bin && git tag -l '*@*'
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: models/my-bert: it has changes that are in no store\n",
            "`git model checkout --force -- models/my-bert`\n",
            "partly 3\nmine\nmy-bert@v0.2.0\nmy-bert@v1.2.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
