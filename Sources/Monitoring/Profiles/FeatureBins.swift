/// The bins that live values of a feature are counted in: for numbers the profile's percents, which its own bins are
/// made of.
///
/// One more bin stands behind these, for values that are missing.
package struct FeatureBins: Sendable {
    /// The upper bounds of the bins but the last, ascending, each once.
    let edges: [Double]
    /// How many bins there are, without that of missing values.
    package let count: Int

    private let kind: FeatureProfile.Kind
    private let positions: [String: Int]
    private let profileEdges: [Double]

    /// Creates the bins of a profile.
    package init(_ profile: FeatureProfile) {
        kind = profile.kind
        profileEdges = profile.edges
        switch profile.kind {
        case .numeric:
            // All bounds of the profile are among these, so that bins can be put together.
            edges = Set(profile.quantiles.dropFirst().dropLast() + profile.edges).sorted()
            positions = [:]
            count = edges.count + 1
        case .categorical:
            edges = []
            positions = Dictionary(
                profile.categories.enumerated().map { ($0.element, $0.offset) },
                uniquingKeysWith: { first, _ in first }
            )
            count = profile.categories.count + 1
        }
    }

    /// Returns the bin of a value; `count` is that of missing ones, also of texts where numbers belong.
    package func bin(of value: FeatureValue) -> Int {
        switch (kind, value) {
        case (_, .missing), (.numeric, .text): count
        case (.numeric, .number(let number)): FeatureBins.position(of: number, in: edges)
        case (.categorical, let value): value.category.flatMap { positions[$0] } ?? count - 1
        }
    }

    /// Returns the counts of live values in the profile's own bins, and how many were missing; takes both forms of
    /// `WindowStatistics`, and returns `nil` for another.
    package func grouped(_ counts: [Int]) -> (counts: [Int], missing: Int)? {
        guard let missing = counts.last else { return nil }
        let counts = counts.dropLast()
        let wanted = kind == .numeric ? profileEdges.count + 1 : count
        if counts.count == wanted { return (Array(counts), missing) }
        guard kind == .numeric, counts.count == count else { return nil }
        var grouped = Array(repeating: 0, count: wanted)
        for (position, number) in counts.enumerated() {
            let edge = position < edges.count ? FeatureBins.position(of: edges[position], in: profileEdges) : wanted - 1
            grouped[edge] += number
        }
        return (grouped, missing)
    }

    /// Returns the first bound that is not below a number, or their count.
    static func position(of number: Double, in bounds: [Double]) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
