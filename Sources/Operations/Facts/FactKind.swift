package import Runs

/// Something that is known of models by name: metrics, or hyperparameters.
package protocol FactKind: Sendable {
    /// What is known by a name.
    associatedtype Value: Encodable & Sendable
    /// What documents call them.
    static var key: String { get }
    /// What helps where there are none.
    static var hint: String { get }
    /// Picks them from all that is known.
    static func all(in facts: TrainingFacts) -> [String: TrainingFacts.Fact<Value>]
}

/// Metrics: numbers that say how good a model is.
package enum MetricFacts: FactKind {
    package static let key = "metrics"
    package static let hint = "write some to metrics.json, or record a run: `git model run -- python train.py`"

    package static func all(in facts: TrainingFacts) -> [String: TrainingFacts.Fact<Double>] { facts.metrics }
}

/// Hyperparameters: what a training script was told.
package enum ParameterFacts: FactKind {
    package static let key = "parameters"
    package static let hint =
        "write some to params.yaml, or record a run: `git model run -- python train.py --lr 0.1`"

    package static func all(in facts: TrainingFacts) -> [String: TrainingFacts.Fact<ParameterValue>] {
        facts.parameters
    }
}
