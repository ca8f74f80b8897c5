import FoundationEssentials

/// Whether long runs were asked for: `scripts/test --soak`.
package enum Soak {
    /// Whether `GIT_MODEL_SOAK` is 1.
    package static let isOn = ProcessInfo.processInfo.environment["GIT_MODEL_SOAK"] == "1"
}
