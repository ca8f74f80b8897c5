import Runs

/// Which metrics or parameters are looked at: those whose names match one of some patterns, or all where there is none.
struct NameFilter: Sendable {
    private let patterns: [[UInt8]]

    /// Creates a filter of patterns with `*`, `?` and `[…]`, which match `/` and `.` like any character; one of these
    /// in a pattern stands for both.
    init(_ patterns: [String]) { self.patterns = patterns.map { Array(NestedName.key($0).utf8) } }

    /// Whether a name is looked at.
    func accepts(_ name: String) -> Bool {
        let bytes = Array(NestedName.key(name).utf8)
        return patterns.isEmpty || patterns.contains { Glob.matches($0[...], bytes[...]) }
    }
}
