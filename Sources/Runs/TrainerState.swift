import ModelCore

/// What the Trainer of Hugging Face's transformers writes into each checkpoint, `trainer_state.json`.
package enum TrainerState {
    /// The file's name.
    package static let fileName = "trainer_state.json"

    /// Reads its `log_history`: a list of objects with `step` and metrics.
    package static func log(of bytes: [UInt8]) -> MetricLog? {
        guard let state = try? JSONValue(parsing: bytes, allowsNonFinite: true).object,
            let history = state["log_history"]?.array
        else { return nil }
        var log = MetricLog()
        for entry in history {
            guard var fields = entry.object else {
                log.unreadableCount += 1
                continue
            }
            let step = fields.removeValue(forKey: "step")?.integer
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                if let number = value.metric { log.add(name, number, step: step) }
            }
        }
        return log
    }
}
