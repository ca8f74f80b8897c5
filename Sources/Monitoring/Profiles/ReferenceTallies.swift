/// What is counted of all columns while a table is read.
struct ReferenceTallies: Sendable {
    /// How many rows were read.
    var rows = 0

    private let wanted: [String]?
    private let prediction: String?
    private var order: [String] = []
    private var tallies: [String: ColumnTally] = [:]

    /// Begins with the columns that are wanted, or all.
    init(columns: [String]?, prediction: String?) {
        wanted = columns
        self.prediction = prediction
    }

    /// Begins the columns of a table with a row of names.
    mutating func begin(_ names: [String]) throws(ReferenceDataError) {
        var seen: Set<String> = []
        for name in names where isWanted(name) {
            guard seen.insert(name).inserted else { throw .twice(name) }
            try begin(name)
        }
    }

    /// Counts a value of a column that is wanted and was begun.
    mutating func add(_ value: FeatureValue, to name: String) { tallies[name]?.add(value) }

    /// Counts a value of a column that may be new.
    mutating func addNew(_ value: FeatureValue, to name: String) throws(ReferenceDataError) {
        guard isWanted(name) else { return }
        if tallies[name] == nil { try begin(name) }
        tallies[name]?.add(value)
    }

    private mutating func begin(_ name: String) throws(ReferenceDataError) {
        order.append(name)
        tallies[name] = ColumnTally()
        let count = order.filter { $0 != prediction }.count
        guard count <= ReferenceProfile.featureLimit else { throw .columns(count) }
    }

    private func isWanted(_ name: String) -> Bool { name == prediction || wanted?.contains(name) ?? true }

    /// Returns the profile of what was read.
    func profile() throws(ReferenceDataError) -> ReferenceProfile {
        guard rows > 0 else { throw .empty }
        for name in (wanted ?? []) + (prediction.map { [$0] } ?? []) where tallies[name] == nil { throw .column(name) }
        var features: [String: FeatureProfile] = [:]
        for (name, tally) in tallies where name != prediction { features[name] = tally.profile(rows: rows) }
        return ReferenceProfile(
            rows: rows,
            columns: order.filter { $0 != prediction },
            features: features,
            predictions: prediction.flatMap { tallies[$0]?.profile(rows: rows) }
        )
    }
}
