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
        for (name, value) in training.parameters {
            let found = try #require(run["parameters"]?.object?[name])
            #expect(ParameterText.of(found) == value)
        }
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
