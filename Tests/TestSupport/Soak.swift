import FoundationEssentials

/// Whether long runs were asked for: `scripts/test --soak`.
package enum Soak {
    /// Whether `GIT_MODEL_SOAK` is 1.
    package static let isOn = ProcessInfo.processInfo.environment["GIT_MODEL_SOAK"] == "1"

    /// The seeds of random runs: as many as are asked for, or the one that `GIT_MODEL_SEED` gives, to see a failure
    /// again.
    package static func seeds(quick: UInt64, soak: UInt64) -> [UInt64] {
        if let seed = ProcessInfo.processInfo.environment["GIT_MODEL_SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(0..<(isOn ? soak : quick))
    }
}
