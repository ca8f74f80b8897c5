import ModelCore
import Store

/// What the values of tensors are like in two versions, as far as that is known.
struct SideStatistics {
    private var before: [EarlierVersion.Place: TensorStatistics] = [:]
    private var after: [EarlierVersion.Place: TensorStatistics] = [:]
    /// Those of the earlier version by the tensors' names alone, for tensors that were in another file: the first that
    /// has the name.
    private var beforeByName: [String: TensorStatistics] = [:]

    /// Creates the statistics of what was read; of a tensor that moved, they are where it is now.
    init(_ outcome: Recomparison.Outcome) {
        for tensor in outcome.tensors {
            before[tensor.later] = tensor.before
            after[tensor.later] = tensor.after
        }
    }

    /// Takes what is known of each tensor, where it was and where it is.
    init(
        before: [EarlierVersion.Place: TensorStatistics],
        after: [EarlierVersion.Place: TensorStatistics]
    ) {
        self.before = before
        self.after = after
        // A dictionary has another order in each process.
        let ordered = before.sorted { $0.key.file < $1.key.file }
        beforeByName = Dictionary(ordered.map { ($0.key.name, $0.value) }) { first, _ in first }
    }

    /// Returns what the values of a tensor were and are like.
    func of(_ change: TensorChange) -> (before: TensorStatistics?, after: TensorStatistics?) {
        let place = EarlierVersion.Place(file: change.file, name: change.name)
        switch change.kind {
        case .added: return (nil, after[place])
        case .removed: return (before[place], nil)
        case .changed: return (before[place] ?? beforeByName[change.name], after[place])
        }
    }
}
