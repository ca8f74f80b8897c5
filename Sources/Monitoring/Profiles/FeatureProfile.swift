/// How the values of one feature, or of the predictions, were spread in the reference data.
package struct FeatureProfile: Sendable, Hashable {
    /// How values are counted.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// As numbers, in bins between deciles.
        case numeric
        /// Each by itself: texts, truth values, and numbers that take at most five values.
        case categorical
    }

    /// The most categories that are told apart.
    package static let categoryLimit = 50
    /// The quantiles of a numeric feature: the least value, every percent, and the largest.
    package static let quantileCount = 101
    /// The bin, or category, of what is none of the known categories.
    package static let otherName = "(other)"
    /// The bin of values that are not there.
    package static let missingName = "(missing)"

    /// How values are counted.
    package var kind: Kind
    /// How many values there were.
    package var count: Int
    /// How many rows had none.
    package var missing: Int
    /// The upper bounds of all bins but the last, ascending; a bin has its upper bound in it.
    ///
    /// Empty for categories.
    package var edges: [Double] = []
    /// How many values were in each bin; for categories, how many were each of them, and behind these all others.
    package var counts: [Int]
    /// The 101 quantiles of the values, ascending: each is a value of the data.
    ///
    /// Empty for categories.
    package var quantiles: [Double] = []
    /// The most frequent values, the most frequent first.
    ///
    /// Empty for numbers.
    package var categories: [String] = []

    /// Creates the profile of a feature whose values are counted as numbers.
    package init(numeric quantiles: [Double], edges: [Double], counts: [Int], missing: Int) {
        kind = .numeric
        self.quantiles = quantiles
        self.edges = edges
        self.counts = counts
        count = counts.reduce(0, +)
        self.missing = missing
    }

    /// Creates the profile of a feature with values of their own; `counts` has one more, for all others.
    package init(categories: [String], counts: [Int], missing: Int) {
        kind = .categorical
        self.categories = categories
        self.counts = counts
        count = counts.reduce(0, +)
        self.missing = missing
    }

    /// The names of the bins, in the order of `counts`: categories, or upper bounds as Prometheus writes them.
    package var binNames: [String] {
        switch kind {
        case .numeric: edges.map(FeatureValue.text(of:)) + ["+Inf"]
        case .categorical: categories + [FeatureProfile.otherName]
        }
    }
}
