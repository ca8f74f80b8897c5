extension FixedWidthInteger {
    /// Returns the sum, or the number nearest to it: sizes that a repository says may be any.
    package func addingSaturating(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }
}
