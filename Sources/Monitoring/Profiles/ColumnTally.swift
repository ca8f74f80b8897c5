/// What is counted of one column while its table is read.
struct ColumnTally: Sendable {
    /// Up to so many numbers are kept as they are, and their quantiles are exact.
    static let exactLimit = 100_000
    /// Numbers with no more values than these are categories.
    static let fewValues = 5
    /// The most texts that are counted by themselves; those that come first after these are others.
    private static let textLimit = 10_000
    private static let numberLimit = 1000

    private(set) var count = 0
    private var missing = 0
    private var least = Double.infinity
    private var largest = -Double.infinity
    private var exact: [Double] = []
    private var sketch: QuantileSketch?
    private var numbers: [Double: Int] = [:]
    private var otherNumbers = 0
    private var texts: [String: Int] = [:]
    private var otherTexts = 0

    mutating func add(_ value: FeatureValue) {
        count += 1
        switch value {
        case .missing: missing += 1
        case .number(let number): add(number)
        case .text(let text):
            let isKnown = texts[text] != nil || texts.count < ColumnTally.textLimit
            let isReserved = text == FeatureProfile.otherName || text == FeatureProfile.missingName
            if isKnown, !isReserved { texts[text, default: 0] += 1 } else { otherTexts += 1 }
        }
    }

    private mutating func add(_ number: Double) {
        least = min(least, number)
        largest = max(largest, number)
        if numbers[number] != nil || numbers.count < ColumnTally.numberLimit {
            numbers[number, default: 0] += 1
        } else {
            otherNumbers += 1
        }
        if sketch != nil {
            sketch?.add(number)
        } else {
            exact.append(number)
            guard exact.count > ColumnTally.exactLimit else { return }
            var sketch = QuantileSketch()
            for number in exact { sketch.add(number) }
            self.sketch = sketch
            exact = []
        }
    }

    /// Returns the profile of the column in a table of so many rows.
    func profile(rows: Int) -> FeatureProfile {
        let missing = self.missing + max(0, rows - count)
        let isNumeric = texts.isEmpty && otherTexts == 0 && numbers.count > ColumnTally.fewValues
        return isNumeric ? numeric(missing: missing) : categorical(missing: missing)
    }

    private func categorical(missing: Int) -> FeatureProfile {
        var all = texts
        for (number, count) in numbers { all[FeatureValue.text(of: number), default: 0] += count }
        let sorted = all.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let kept = sorted.prefix(FeatureProfile.categoryLimit)
        let others = sorted.dropFirst(kept.count).reduce(otherTexts + otherNumbers) { $0 + $1.value }
        return FeatureProfile(categories: kept.map(\.key), counts: kept.map(\.value) + [others], missing: missing)
    }

    private func numeric(missing: Int) -> FeatureProfile {
        let values = sketch?.weighted ?? exact.sorted().map { (value: $0, weight: 1) }
        let total = values.reduce(0) { $0 + $1.weight }
        let last = FeatureProfile.quantileCount - 1
        var quantiles: [Double] = [least]
        var (position, below) = (0, values[0].weight)
        for percent in 1..<last {
            // The first value that at least so many percent are not above.
            let rank = (total * percent + last - 1) / last
            while below < rank, position + 1 < values.count {
                position += 1
                below += values[position].weight
            }
            quantiles.append(values[position].value)
        }
        quantiles.append(largest)
        let edges = Set(stride(from: 10, to: last, by: 10).map { quantiles[$0] }).sorted()
        var counts = Array(repeating: 0, count: edges.count + 1)
        for item in values { counts[FeatureBins.position(of: item.value, in: edges)] += item.weight }
        return FeatureProfile(numeric: quantiles, edges: edges, counts: counts, missing: missing)
    }
}
