/// What helps where there is nothing to show.
enum FactHint {
    static let noMetrics = "write some to metrics.json, or record a run: `git model run -- python train.py`"
    static let noParameters = "write some to params.yaml, or record a run: `git model run -- python train.py --lr 0.1`"
}
