import TestSupport

/// A repository with two versions of a model and their reference profiles, a directory as target, and requests as a
/// gateway logs them.
enum MonitorSample {
    static let python = "\(PackageFiles.root)/.build-venv/bin/python"

    /// Makes v1.0.0, of which `table FIRST` made the profile, and v1.1.0 of another table, and deploys both.
    ///
    /// `table FIRST FILE` writes a table of 500 rows whose `age` is from FIRST on. `requests COUNT ERRORS FIRST
    /// VERSION` adds so many requests of now, of which the first fail, with ages from FIRST on, to the log.
    static let setUp = """
        cat > ~/table.py <<'END'
        import sys
        first = int(sys.argv[1])
        print("age,city,label")
        for i in range(500): print(f"{first + i % 50},{'ab'[i % 2]},{i % 3}")
        END
        cat > ~/requests.py <<'END'
        import datetime, json, sys
        count, errors, first, version = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        time = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        for i in range(count):
            print(json.dumps({"ts": time, "request_id": str(i), "model": "churn", "version": version, "digest": "sha256:0",
                "endpoint": "/invocations", "status": 500 if i < errors else 200, "latency_ms": 4,
                "inputs": {"dataframe_records": [{"age": first + i % 50, "city": "ab"[i % 2]}]},
                "outputs": {"predictions": [i % 3]}}))
        END
        table() { python3 ~/table.py $1 > ~/$2; }
        requests() { python3 ~/requests.py "$@" >> ~/requests.log; }
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name churn --remote ~/store
        git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path ../edge
        git model trust -q deploy:$HOME/edge
        git config -f .mver/config monitor.edge.source 'log ../requests.log'
        git config -f .mver/config --add monitor.edge.rule 'error_rate <= 0.01'
        git config -f .mver/config --add monitor.edge.rule 'p99 < 0.5'
        git config -f .mver/config --add monitor.edge.rule 'psi(*) < 0.2'
        git config -f .mver/config --add monitor.edge.rule 'js(prediction) < 0.1'
        version() { table $1 train.csv && seq $1 9000 > weights.bin && git model add -q weights.bin && git model record reference -q ~/train.csv --predictions label && git add -A && git commit -qm "Train from $1" && git push -q origin HEAD && git model tag -q $2 --push; }
        version 20 v1.0.0 && git model deploy -q v1.0.0 && version 40 v1.1.0 && git model deploy -q v1.1.0

        """
}
