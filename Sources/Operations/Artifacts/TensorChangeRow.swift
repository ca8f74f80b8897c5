import ModelCore

/// What became of a tensor between two versions, as reports show it.
package struct TensorChangeRow: Encodable, Sendable {
    /// Type and dimensions.
    package struct Form: Encodable, Sendable {
        /// The type of the elements.
        package let type: String
        /// The dimensions, outermost first.
        package let shape: [Int64]
        /// How many elements are NaN and infinite; `nil` where that is not known.
        package let notNumbers: UInt64?, infinities: UInt64?

        init(_ form: TensorForm, _ statistics: TensorStatistics?) {
            type = form.type.name
            shape = form.shape
            notNumbers = statistics?.notNumbers
            infinities = statistics?.infinities
        }
    }

    /// The file of the tree that it is in; left out where the artifact is a file.
    package let file: String?
    /// The name in the file.
    package let name: String
    /// `added`, `removed`, `changed`, `reshaped` where the shape differs, or `retyped` where the type alone does.
    package let change: String
    /// What it was and what it is.
    package let before: Form?, after: Form?
    /// Numbers of elements in all, and of those that changed.
    package private(set) var elements: UInt64?, changedElements: UInt64?
    /// The Euclidean norm of the difference over that of the earlier values; `nil` where it is not known, or infinite.
    package private(set) var relativeDistance: Double?
    /// The largest absolute difference, the share of elements that changed, and the cosine; `nil` where not known.
    package private(set) var maximumDifference: Double?, changedShare: Double?, cosine: Double?
    /// Why a changed tensor has no figures, as a clause.
    package private(set) var reason: String?

    /// Creates the row of a change; `statistics` say what the tensor's values were and are like, as far as that is
    /// known.
    init(_ change: TensorChange, _ statistics: (before: TensorStatistics?, after: TensorStatistics?) = (nil, nil)) {
        file = change.file.isEmpty ? nil : change.file
        name = change.name
        switch change.kind {
        case .added(let form): (self.change, before, after) = ("added", nil, Form(form, statistics.after))
        case .removed(let form): (self.change, before, after) = ("removed", Form(form, statistics.before), nil)
        case .changed(let old, let new, let difference):
            (before, after) = (Form(old, statistics.before), Form(new, statistics.after))
            self.change = old == new ? "changed" : old.shape == new.shape ? "retyped" : "reshaped"
            switch difference {
            case .measured(let figures): add(figures)
            case .otherForm: reason = "its type or shape is another"
            case .noNumbers: reason = "its elements are no single numbers"
            case .unmeasured: reason = TensorChangeRow.unmeasured
            }
        }
    }

    /// Whether its values could have been compared, and were not.
    var isUnmeasured: Bool { reason == TensorChangeRow.unmeasured }

    private static let unmeasured = "its values were not compared"

    private mutating func add(_ figures: TensorComparison) {
        func finite(_ number: Double) -> Double? { number.isFinite ? number : nil }
        elements = figures.count
        changedElements = figures.changed
        changedShare = figures.changedShare
        relativeDistance = finite(figures.relativeDistance)
        maximumDifference = finite(figures.maximumDifference)
        cosine = finite(figures.cosine)
    }

    /// Whether the row comes before another: those without a number first, then the farthest.
    static func precedes(_ left: TensorChangeRow, _ right: TensorChangeRow) -> Bool {
        (left.relativeDistance ?? .infinity) > (right.relativeDistance ?? .infinity)
    }
}
