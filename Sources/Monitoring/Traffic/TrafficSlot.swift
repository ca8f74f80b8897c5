/// What went on in ten seconds.
struct TrafficSlot: Sendable {
    /// Its number, in tens of seconds of the clock.
    var number: Int64 = .min
    var requests = 0
    var errors = 0
    var latencies: [UInt32] = []
    var seconds = 0.0
    var observed = 0
    /// The counts of all features' bins, one after the other; empty until the first is counted.
    var counts: [UInt32] = []

    /// Begins anew as another slot, keeping its memory.
    mutating func begin(_ number: Int64) {
        self.number = number
        requests = 0
        errors = 0
        seconds = 0
        observed = 0
        for position in latencies.indices { latencies[position] = 0 }
        for position in counts.indices { counts[position] = 0 }
    }

    mutating func note(isError: Bool, bucket: Int, seconds: Double) {
        if latencies.isEmpty { latencies = Array(repeating: 0, count: WindowStatistics.bounds.count + 1) }
        requests += 1
        errors += isError ? 1 : 0
        latencies[bucket] &+= 1
        self.seconds += seconds
    }
}
