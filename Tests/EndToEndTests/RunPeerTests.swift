import ModelCore
import TestSupport
import Testing

/// Trainings that log by other people's libraries and know nothing of git-model.
@Suite struct RunPeerTests {
    /// A script, what runs it, and the metrics and parameters that the record must have of it.
    struct Training: Sendable, CustomTestStringConvertible {
        let name: String
        let python: String
        let script: String
        let metrics: [String: Double]
        var parameters: [String: String] = [:]
        /// How many points there are.
        var points: [String: Int64] = [:]

        var testDescription: String { name }
    }

    private static let environment = "\(PackageFiles.root)/.build-venv/bin/python"

    static let trainings = [
        Training(
            name: "MLflow",
            python: environment,
            script: """
                import mlflow
                mlflow.log_param("lr", 0.1)
                for step in range(3):
                    mlflow.log_metric("loss", 1 / (step + 1), step=step)
                mlflow.log_metric("val/accuracy", 0.75)
                """,
            metrics: ["loss": 1.0 / 3, "val/accuracy": 0.75],
            parameters: ["lr": "0.1"]
        ),
        Training(
            name: "DVCLive",
            python: environment,
            script: """
                from dvclive import Live
                with Live(save_dvc_exp=False) as live:
                    live.log_param("depth", 4)
                    for step in range(3):
                        live.log_metric("train/loss", 0.5 ** step)
                        live.next_step()
                """,
            metrics: ["train/loss": 0.25],
            parameters: ["depth": "4"]
        ),
        Training(
            name: "TensorBoard",
            python: environment,
            script: """
                from tensorboardX import SummaryWriter
                with SummaryWriter("runs/now") as writer:
                    for step in range(5):
                        writer.add_scalar("loss/train", 2.0 - step / 4, step)
                """,
            metrics: ["loss/train": 1.0]
        ),
        Training(
            name: "TensorBoard, in directories and several files",
            python: environment,
            script: """
                from tensorboardX import SummaryWriter
                for part, start in (("train", 2.0), ("val", 4.0)):
                    for first in (0, 3):
                        with SummaryWriter(f"runs/exp1/{part}", filename_suffix=f".{first}") as writer:
                            for step in range(first, first + 5):
                                writer.add_scalar("loss", start - step / 4, step)
                """,
            metrics: ["train/loss": 0.25, "val/loss": 2.25],
            points: ["train/loss": 8, "val/loss": 8]
        ),
        Training(
            name: "a Trainer's loop in PyTorch",
            python: "/usr/bin/python3",
            script: """
                import json, os, torch
                torch.manual_seed(1)
                model, history = torch.nn.Linear(4, 1), []
                optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
                x = torch.randn(64, 4)
                y = x.sum(1, keepdim=True)
                for step in range(1, 21):
                    loss = torch.nn.functional.mse_loss(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    if step % 10 == 0:
                        history.append({"step": step, "epoch": step / 10, "loss": loss.item(), "learning_rate": 1e-2})
                history.append({"step": 20, "epoch": 2.0, "eval_accuracy": 0.5, "eval_loss": float("nan")})
                os.makedirs("out/checkpoint-20")
                json.dump({"log_history": history, "global_step": 20}, open("out/checkpoint-20/trainer_state.json", "w"))
                """,
            metrics: ["eval_accuracy": 0.5, "learning_rate": 0.01, "epoch": 2]
        ),
    ]

    @Test(arguments: trainings)
    func `What another library logs is in the record`(training: Training) async throws {
        let repository = try await ScratchRepository()
        try repository.write(training.script, to: "train.py")
        let result = try await repository.run(
            """
            git model init -q --name small && git add -A && git commit -qm 'Set up'
            git model run -- '\(training.python)' train.py > ~/log 2>&1 || { cat ~/log; exit 1; }
            git model runs show --json
            """
        ).expectSuccess()
        let line = try #require(result.output.split(separator: "\n").last)
        let document = try JSONValue(parsing: Array(line.utf8))
        let run = try #require(document.object?["run"]?.object)
        let metrics = try #require(run["metrics"]?.object)
        for (name, value) in training.metrics {
            let found = try #require(metrics[name]?.object?["value"]?.double)
            #expect(abs(found - value) < 1e-6)
        }
        #expect(Set(metrics.keys.map { $0.replacing("/", with: ".") }).count == metrics.count, "\(metrics.keys)")
        #expect(metrics["step"] == nil)
        for (name, count) in training.points {
            #expect(metrics[name]?.object?["count"]?.integer == count)
        }
        for (name, value) in training.parameters {
            let found = try #require(run["parameters"]?.object?[name])
            #expect(ParameterText.of(found) == value)
        }
    }

    @Test func `Runs that MLflow nests are runs of their own, and one after the other are one`() async throws {
        let repository = try await ScratchRepository()
        try repository.write(
            """
            import mlflow
            with mlflow.start_run(run_name="sweep"):
                mlflow.log_metric("best", 0.25)
                for n in (1, 2):
                    with mlflow.start_run(run_name=f"try {n}", nested=True):
                        mlflow.log_params({"lr": n, "api_key": "hush-hush-hush"})
                        for step in range(3):
                            mlflow.log_metric("loss", step / n, step=step)
            with mlflow.start_run(run_name="test"):
                mlflow.log_metrics({"best": 0.5, "accuracy": 0.75})
            """,
            to: "sweep.py"
        )
        let result = try await repository.run(
            """
            git model init -q --name small && git add -A && git commit -qm 'Set up'
            git model run --name all -- '\(RunPeerTests.environment)' sweep.py > ~/log 2>&1 && sed 's/Run [0-9a-f]*/Run A/; s/in [0-9].*/in TIME/; s/= [0-9a-f]*/= A/' ~/log | grep -v arning
            git model runs --csv --sort name | cut -d, -f2,3,9- && git model runs show | head -n 1 | sed 's/[0-9a-f]\\{32\\}/A/'
            id=$(git model runs show --json all | sed 's/.*"id":"\\([0-9a-f]*\\)".*/\\1/')
            git model runs --where "parent = $id and params.lr > 1" --csv | cut -d, -f2
            git model runs show 'try 2' | grep "inside *$id\\|loss" | sed "s/$id/ID/" && git model reproduce 'try 2' 2>&1 | sed 's/run [0-9a-f]*/run X/g; s/ce [0-9a-f]*`/ce A`/' || exit 1
            git model runs keep -q 'try 2' && git model runs keep -q all && git status --porcelain && grep -rq hush .mver/runs || echo redacted
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix(
                """
                Run A finished in TIME
                  accuracy  0.75
                  best       0.5
                  inside  2 runs: git model runs --where 'parent = A'
                name,status,metrics.accuracy,metrics.best,metrics.loss,params.api_key,params.lr
                all,finished,0.75,0.5,,,
                try 1,finished,,,2.0,[redacted],1
                try 2,finished,,,1.0,[redacted],2
                run A  all
                name
                try 2
                  inside  ID
                  loss  1  3 points, 0 to 1
                error: cannot do run X again by itself: it was begun inside of run X
                hint: do that one again: `git model reproduce A`
                redacted

                """
            ),
            "\(result.output)"
        )
    }

    @Test func `A run of MLflow's whose facts cannot be read keeps its metrics`() async throws {
        let repository = try await ScratchRepository()
        try repository.write(
            """
            import mlflow, os
            with mlflow.start_run() as outer:
                mlflow.log_metric("best", 0.25)
                with mlflow.start_run(run_name="inner", nested=True):
                    mlflow.log_metric("loss", 0.5)
            place = os.environ["MLFLOW_TRACKING_URI"].removeprefix("file://")
            open(f"{place}/{outer.info.experiment_id}/{outer.info.run_id}/meta.yaml", "w").close()
            """,
            to: "killed.py"
        )
        let result = try await repository.run(
            """
            git model init -q --name small && git add -A && git commit -qm 'Set up'
            git model run --name all -- '\(RunPeerTests.environment)' killed.py > ~/log 2>&1 && grep -c 'which MLflow logged, cannot be read' ~/log
            git model runs --csv --sort name | cut -d, -f2,3,9-
            cat > alone.sh <<'END'
            d="$GIT_MODEL_RUN_DIR/mlruns/0" && mkdir -p "$d/one/metrics" && : > "$d/one/meta.yaml"
            printf "artifact_location: ''\\nexperiment_id: '0'\\nlifecycle_stage: active\\nname: Default\\n" > "$d/meta.yaml"
            [ "$1" = whole ] || : > "$d/meta.yaml"
            echo '1700000000000 0.5 0' > "$d/one/metrics/acc"
            END
            for state in whole broken; do git model run -- sh alone.sh $state 2>&1 | grep acc; done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                1
                name,status,metrics.best,metrics.loss
                all,finished,0.25,
                inner,finished,,0.5
                  acc  0.5
                  acc  0.5

                """,
            "\(result.output)"
        )
    }

    @Test func `What MLflow logs is in the record, whatever characters the path has`() async throws {
        let repository = try await ScratchRepository(named: "c# %41?")
        try repository.write("import mlflow\nmlflow.log_metric('acc', 0.5)\n", to: "train.py")
        let result = try await repository.run(
            """
            git model init -q --name small && git add -A && git commit -qm 'Set up'
            git model run -q --name outer -- git model run -q --name inner -- '\(RunPeerTests.environment)' train.py > ~/log 2>&1 || cat ~/log
            git model runs --csv --sort name | cut -d, -f2,3,9- && ls ~ | grep -v log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                name,status,metrics.acc,params.name
                inner,finished,0.5,
                outer,finished,,inner
                c# %41?

                """,
            "\(result.output)"
        )
    }

    @Test func `A run of MLflow's that cannot be recorded leaves nothing behind`() async throws {
        let repository = try await ScratchRepository()
        try repository.write(
            """
            import mlflow, os, shutil
            with mlflow.start_run() as outer:
                mlflow.log_metric("best", 0.25)
                with mlflow.start_run(run_name="inner", nested=True) as inner:
                    mlflow.log_metric("loss", 0.5)
            place = os.environ["MLFLOW_TRACKING_URI"].removeprefix("file://")
            metrics = f"{place}/{inner.info.experiment_id}/{inner.info.run_id}/metrics"
            shutil.rmtree(metrics)
            open(metrics, "w").close()
            """,
            to: "broken.py"
        )
        let result = try await repository.run(
            """
            git model init -q --name small && git add -A && git commit -qm 'Set up'
            git model run --name all -- '\(RunPeerTests.environment)' broken.py > ~/log 2>&1 && grep -c 'begun inside, is not in the records' ~/log
            ls .git/model/runs | wc -l && git model runs --csv 2>&1 | cut -d, -f2,3,9-
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n1\nname,status,metrics.best\nall,finished,0.25\n", "\(result.output)")
    }

    /// A parameter's value as its script wrote it.
    private enum ParameterText {
        static func of(_ value: JSONValue) -> String {
            switch value {
            case .number(let digits): digits
            default: value.string ?? ""
            }
        }
    }
}
