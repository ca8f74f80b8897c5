import ModelCore
import Synchronization

/// What a release was asked, and how it answered, in the last hour and since the start: counts only, in bounded memory.
///
/// Times are of a monotonic clock, in nanoseconds. Any thread may call; a call takes microseconds, but `observe`, which
/// reads JSON.
package final class TrafficWindow: Sendable {
    /// How far back it reaches, in seconds.
    package static let reach = 3600
    /// From how many rows on a drift score is told to Prometheus.
    package static let scoreMinimum = 200
    static let slotSeconds = 10
    private static let slotCount = reach / slotSeconds + 1

    /// What is counted.
    struct State: Sendable {
        var slots = Array(repeating: TrafficSlot(), count: TrafficWindow.slotCount)
        /// All since the start.
        var total = TrafficSlot()
        var totalLatencies = Array(repeating: 0, count: WindowStatistics.bounds.count + 1)
        var totalCounts: [Int]
    }

    /// A feature, or the predictions, and where its counts begin.
    struct Column: Sendable {
        let profile: FeatureProfile
        let bins: FeatureBins
        let start: Int
    }

    let columns: [String: Column]
    let predictions: Column?
    let state: Mutex<State>
    private let binCount: Int
    private let reader: PayloadReader
    /// Since when it counts; `nil` where nothing happened before that it could have missed.
    private let start: Int64?

    /// Creates a window without traffic that counts since a time; without a profile payloads are not looked at.
    package init(profile: ReferenceProfile?, paths: PayloadPaths, since time: Int64? = nil) {
        self.start = time
        var start = 0
        func column(_ profile: FeatureProfile) -> Column {
            let bins = FeatureBins(profile)
            defer { start += bins.count + 1 }
            return Column(profile: profile, bins: bins, start: start)
        }
        var columns: [String: Column] = [:]
        for (name, feature) in (profile?.features ?? [:]).sorted(by: { $0.key < $1.key }) {
            columns[name] = column(feature)
        }
        self.columns = columns
        predictions = (profile?.predictions).map(column)
        binCount = start
        reader = PayloadReader(paths, columns: profile?.columns ?? [])
        state = Mutex(State(totalCounts: Array(repeating: 0, count: start)))
    }

    /// Whether `observe` does anything: payloads need not be kept for it otherwise.
    package var wantsPayloads: Bool { binCount > 0 }

    /// Counts an answered request: its status, and how many seconds it took until the last byte.
    package func note(status: Int, seconds: Double, at time: Int64) {
        let seconds = seconds.isFinite ? max(0, seconds) : 0
        let bucket = FeatureBins.position(of: seconds, in: WindowStatistics.bounds)
        state.withLock { state in
            state.total.requests += 1
            state.total.errors += status >= 500 ? 1 : 0
            state.total.seconds += seconds
            state.totalLatencies[bucket] += 1
            guard let position = TrafficWindow.slot(at: time, in: &state) else { return }
            state.slots[position].note(isError: status >= 500, bucket: bucket, seconds: seconds)
        }
    }

    /// Counts the values of a request and its answer; what cannot be read counts nowhere.
    package func observe(request: [UInt8], answer: [UInt8], at time: Int64) {
        guard wantsPayloads else { return }
        let features = columns.isEmpty ? PayloadTable() : reader.features(in: request)
        let predictions = self.predictions == nil ? [] : reader.predictions(in: answer)
        observe(features, predictions, at: time)
    }

    /// Counts the values of rows and of what was predicted for them.
    func observe(_ features: PayloadTable, _ predicted: [FeatureValue], at time: Int64) {
        var bins: [Int] = []
        for (name, column) in columns where features.rows > 0 {
            let values = features.columns[name] ?? []
            bins += values.map { column.start + column.bins.bin(of: $0) }
            // A row that lacks the column lacks its value.
            bins += repeatElement(column.start + column.bins.count, count: max(0, features.rows - values.count))
        }
        if let predictions { bins += predicted.map { predictions.start + predictions.bins.bin(of: $0) } }
        let rows = max(features.rows, predicted.count)
        guard rows > 0 else { return }
        state.withLock { state in
            for bin in bins { state.totalCounts[bin] += 1 }
            state.total.observed += rows
            guard let position = TrafficWindow.slot(at: time, in: &state) else { return }
            state.slots[position].observed += rows
            if state.slots[position].counts.isEmpty {
                state.slots[position].counts = Array(repeating: 0, count: binCount)
            }
            for bin in bins { state.slots[position].counts[bin] &+= 1 }
        }
    }

    /// Returns what went on in the last seconds before a time: an hour at most, in steps of ten seconds, no less than
    /// was asked for.
    package func statistics(over seconds: Int, at time: Int64) -> WindowStatistics {
        let seconds = min(max(1, seconds), TrafficWindow.reach)
        let last = TrafficWindow.number(at: time)
        let first = last - Int64((seconds + TrafficWindow.slotSeconds - 1) / TrafficWindow.slotSeconds)
        var statistics = WindowStatistics(seconds: seconds)
        if let start { statistics.covered = min(seconds, max(0, Int((time - start) / 1_000_000_000))) }
        var counts = Array(repeating: 0, count: binCount)
        state.withLock { state in
            for slot in state.slots where slot.number >= first && slot.number <= last {
                statistics.requests += slot.requests
                statistics.errors += slot.errors
                statistics.latencySum += slot.seconds
                statistics.observed += slot.observed
                for (position, count) in slot.latencies.enumerated() {
                    statistics.latencyCounts[position] += Int(count)
                }
                for (position, count) in slot.counts.enumerated() { counts[position] += Int(count) }
            }
        }
        statistics.features = columns.mapValues { Array(counts[$0.start...($0.start + $0.bins.count)]) }
        if let predictions {
            statistics.predictions = Array(counts[predictions.start...(predictions.start + predictions.bins.count)])
        }
        return statistics
    }

    private static func number(at time: Int64) -> Int64 {
        let (number, rest) = time.quotientAndRemainder(dividingBy: Int64(slotSeconds) * 1_000_000_000)
        return rest < 0 ? number - 1 : number
    }

    /// Returns the position of the slot of a time, begun anew where it was another's; `nil` for a time that is too long
    /// ago.
    private static func slot(at time: Int64, in state: inout State) -> Int? {
        let number = number(at: time)
        let count = Int64(slotCount)
        let position = Int((number % count + count) % count)
        if state.slots[position].number == number { return position }
        guard state.slots[position].number < number else { return nil }
        state.slots[position].begin(number)
        return position
    }
}
