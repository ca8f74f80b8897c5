/// Which of two values of a metric is the better one.
package enum MetricDirection: String, Sendable, Hashable, Codable, CaseIterable {
    /// The lower one, as of a loss.
    case lower
    /// The higher one, as of an accuracy.
    case higher

    private static let words: [String: MetricDirection] = {
        let lower = [
            "loss", "error", "errors", "err", "rmse", "mae", "mse", "mape", "nll", "perplexity", "ppl", "latency",
            "wer", "cer",
        ]
        let higher = [
            "accuracy", "acc", "f1", "auc", "auroc", "auprc", "precision", "recall", "map", "bleu", "rouge", "rougel",
            "rougelsum", "r2", "iou", "dice", "ndcg", "mrr",
        ]
        let pairs = lower.map { ($0, MetricDirection.lower) } + higher.map { ($0, MetricDirection.higher) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()

    /// Guesses by the words of a metric's name, of which the last one known counts: `val_loss`, `evalAccuracy`,
    /// `mAP50`, `rouge1`.
    ///
    /// `nil` for a name that says nothing.
    package init?(usualFor name: String) {
        var found: MetricDirection?
        for word in name.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            for part in [word] + MetricDirection.parts(of: word) {
                if let direction = MetricDirection.direction(of: part.lowercased()) { found = direction }
            }
        }
        guard let found else { return nil }
        self = found
    }

    private static func direction(of word: String) -> MetricDirection? {
        // What follows in digits is how many were asked, or a threshold.
        words[word] ?? words[String(word.reversed().drop(while: \.isNumber).reversed())]
    }

    /// Returns the words that capitals begin in one: `evalAccuracy` has two.
    private static func parts(of word: Substring) -> [Substring] {
        var parts: [Substring] = []
        var start = word.startIndex
        var previous: Character?
        for index in word.indices {
            if word[index].isUppercase, let last = previous, !last.isUppercase {
                parts.append(word[start..<index])
                start = index
            }
            previous = word[index]
        }
        return parts + [word[start...]]
    }
}
