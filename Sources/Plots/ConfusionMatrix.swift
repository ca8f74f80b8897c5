/// How often each class was taken for each.
package struct ConfusionMatrix: Sendable, Hashable, Encodable {
    /// What a drawing shows in the cells.
    package enum Scale: String, Sendable, Encodable {
        case counts
        /// The share of the row: of all that was of the class, however much that is.
        case rows
    }

    /// A cell that is not zero.
    package struct Cell: Sendable, Hashable, Encodable {
        /// The row: the position among the labels of what was so.
        package let actual: Int
        /// The column: the position among the labels of what was predicted.
        package let predicted: Int
        /// How often.
        package let count: Int
    }

    /// What was so of one example, and what was predicted.
    package struct Example: Sendable, Hashable {
        /// The class that it is of.
        package let actual: String
        /// The class that it was taken for.
        package let predicted: String

        /// Creates an example.
        package init(actual: String, predicted: String) {
            self.actual = actual
            self.predicted = predicted
        }
    }

    /// The classes: by number where all are whole numbers, else by name.
    package let labels: [String]
    /// The cells that are not zero, row by row.
    package let cells: [Cell]
    /// What a drawing shows.
    package let scale: Scale
    /// What rows are called.
    package let actualName: String
    /// What columns are called.
    package let predictedName: String

    /// Counts examples.
    package init(
        _ examples: some Sequence<Example>,
        scale: Scale = .counts,
        actualName: String = "actual",
        predictedName: String = "predicted"
    ) {
        var counts: [Example: Int] = [:]
        for example in examples { counts[example, default: 0] += 1 }
        labels = ConfusionMatrix.ordered(Set(counts.keys.lazy.flatMap { [$0.actual, $0.predicted] }))
        let positions = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, $0.offset) })
        cells = counts.map { example, count in
            Cell(actual: positions[example.actual] ?? 0, predicted: positions[example.predicted] ?? 0, count: count)
        }
        .sorted { ($0.actual, $0.predicted) < ($1.actual, $1.predicted) }
        self.scale = scale
        self.actualName = actualName
        self.predictedName = predictedName
    }

    /// Returns labels in the order in which they are shown.
    static func ordered(_ labels: Set<String>) -> [String] {
        let numbers = labels.compactMap { label in Int64(label).map { (number: $0, label: label) } }
        guard numbers.count == labels.count else { return labels.sorted() }
        return numbers.sorted { ($0.number, $0.label) < ($1.number, $1.label) }.map(\.label)
    }
}
