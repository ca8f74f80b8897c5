import SystemPackage
import TestSupport
import Testing

/// Versions that an MLflow server is told of, and what its own client finds there.
@Suite struct MLflowExportTests {
    @Test func `A server of MLflow has run, metrics, parameters, files and aliases, and has them once`() async throws {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model init -q --name bert --remote ~/store && printf 'lr: 0.001\\n' > params.yaml
            cat > train.sh <<'EOF'
            mkdir -p w && seq $1 50000 > w/model.bin && echo '{}' > w/config.json
            for s in 0 1 2; do echo "{\\"step\\": $s, \\"accuracy\\": 0.$s$1, \\"bad\\": NaN}" >> $GIT_MODEL_RUN_DIR/metrics.jsonl; done
            EOF
            git add -A && git commit -qm 'Set up'
            git model run -q --data params.yaml -o w -- sh train.sh 7 --depth 3 && git commit -qm Train
            git push -q -u origin main && git model tag -q v1.0.0 --push && git model promote -q v1.0.0 production
            git model export mlflow v1.0.0 \(server.origin) && git model export mlflow v1.0.0 \(server.origin)/
            git model promote -q v1.0.0 a/b && git model export mlflow v1.0.0 \(server.origin)
            cat > ~/ask.py <<'EOF'
            import mlflow, sys
            client = mlflow.MlflowClient(sys.argv[1])
            version = client.get_model_version_by_alias("bert", "production")
            run = client.get_run(version.run_id)
            print(version.version, version.tags["semver"], run.info.status, run.data.params)
            print([(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "accuracy")], run.data.metrics["bad"])
            print([(f.path, f.file_size) for f in client.list_artifacts(run.info.run_id, "model/w")])
            print(run.data.tags["mlflow.source.git.commit"], [i.dataset.name for i in run.inputs.dataset_inputs])
            print(len(client.search_runs([run.info.experiment_id])), len(client.search_model_versions("name='bert'")))
            EOF
            MLFLOW_TRACKING_URI=\(server.origin) \(MLflowTrackingServer.python) ~/ask.py \(server.origin) 2> ~/log && git rev-parse v1.0.0 2> ~/log || git rev-parse bert@v1.0.0^0
            alias() { curl -s -X "$1" -H 'Content-Type: application/json' -d "$2" \(server.origin)/api/2.0/mlflow/registered-models/alias; }
            alias POST '{"name": "bert", "alias": "theirs", "version": "1"}' && git model promote -q v1.0.0 canary
            git model export mlflow v1.0.0 \(server.origin) -q && git model demote -q v1.0.0 canary && git model export mlflow v1.0.0 \(server.origin) -q
            for name in theirs production canary; do
                curl -s "\(server.origin)/api/2.0/mlflow/registered-models/alias?name=bert&alias=$name" | grep -q '"version"' && echo $name: yes || echo $name: no
            done
            export MLFLOW_TRACKING_USERNAME=ada MLFLOW_TRACKING_PASSWORD=secret
            git model export mlflow v1.0.0 http://host.invalid 2> ~/err || echo plain $?; cat ~/err
            unset MLFLOW_TRACKING_USERNAME MLFLOW_TRACKING_PASSWORD
            git model export mlflow v9.0.0 \(server.origin) || echo unknown $?
            git model export mlflow v1.0.0 http://127.0.0.1:1 || echo away $?
            git model export mlflow v1.0.0 nowhere || echo usage $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0 is version 1 of the model at \(server.origin), as production\n", "2 files, 289 kB\n",
            "was there already\n", "warning: stage a/b cannot be an alias of MLflow's\n",
            "1 v1.0.0 FINISHED {'depth': '3', 'lr': '0.001'}\n", "[(0, 0.07), (1, 0.17), (2, 0.27)] nan\n",
            "('model/w/config.json', 3), ('model/w/model.bin', 288882)", "['params.yaml']\n1 1\n", "unknown 5\n",
            "away 13\n", "theirs: yes\nproduction: yes\ncanary: no\n", "plain 5\n",
            "would go to http://host.invalid unencrypted",
            "usage 2\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A link is sent as the file that it leads to, and one that leads to none is told of each time`()
        async throws
    {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git model init -q --name bert --remote ~/store && mkdir -p w/in && seq 5000 > w/in/model-v2.bin
            ln -s in/model-v2.bin w/second.bin && ln -s second.bin w/model.bin && git model add -q w && git add -A
            git commit -qm One && git model tag -q v1.0.0 && git model export mlflow v1.0.0 \(server.origin)
            for name in model.bin second.bin in/model-v2.bin; do
                find ~/mlflow -path "*/model/w/$name" -type f -exec cmp w/in/model-v2.bin {} ';' -exec echo has $name ';'
            done
            ln -s in w/all && git model add -q -u && git commit -qam Two && git model tag -q v1.1.0
            git model export mlflow v1.1.0 \(server.origin) || echo partly $?
            git model export mlflow v1.1.0 \(server.origin) || echo again $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "3 files, 71.7 kB\n", "has model.bin\nhas second.bin\nhas in/model-v2.bin\n",
            "warning: the server has no w/all, which is a link to no file of its artifact\n", "partly 3\n", "again 3\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Names that MLflow takes in none keep nothing else from the server`() async throws {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(in: scratch.home.appending("mlflow"))
        let result = try await scratch.run(
            """
            git model init -q --name bert --remote ~/store && mkdir d && echo x > 'd/a#b' && echo y > d/c
            echo '{"train//loss": 1, "/abs": 2, "ok": 1}' > metrics.json
            git model add -q d && git add -A && git commit -qm One && git model tag -q v1.0.0
            git model export mlflow v1.0.0 \(server.origin) || echo partly $?
            git model export mlflow v1.0.0 \(server.origin) || echo again $?
            find ~/mlflow -path '*/model/d/*' -type f -exec basename {} ';'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0 is version 1 of the model", "1 file, 2 B\n",
            "warning: metric /abs is _abs there, for MLflow takes no such name; 1 more has another name\n",
            "warning: the server has no d/a#b, which has a name that MLflow does not take\n", "partly 3\n",
            "was there already\n", "again 3\nc\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A server that takes no files has a version without them, which is told by the exit code`() async throws
    {
        let scratch = try await ScratchRepository(named: "bert")
        try await scratch.run("mkdir ~/mlflow").expectSuccess()
        let server = try await MLflowTrackingServer.start(
            in: scratch.home.appending("mlflow"),
            artifactRoot: "\(scratch.home)/elsewhere"
        )
        let result = try await scratch.run(
            """
            git model init -q --name bert --remote ~/store && seq 5000 > w.bin && git model add -q w.bin
            git add -A && git commit -qm One && git model tag -q v1.0.0
            git model export mlflow v1.0.0 \(server.origin) || echo partly $?
            git model export mlflow v1.0.0 \(server.origin) || echo again $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0 is version 1 of the model", "warning: no files were sent: the server keeps them at /",
            "partly 3\n",
            "was there already\n", "again 3\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
