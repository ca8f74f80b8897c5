/// How far a number may be from what is expected: |given - expected| ≤ atol + rtol · |expected|, as NumPy has it.
struct Tolerance {
    private let rtol: Double
    private let atol: Double

    /// Takes over an expectation's tolerances, or NumPy's own where it has none.
    init(_ expectation: ReleasePlan.Expectation) {
        rtol = expectation.rtol ?? 1e-5
        atol = expectation.atol ?? 1e-8
    }

    /// Returns how far a number may be from an expected one.
    func allowance(for expected: Double) -> Double { atol + rtol * abs(expected) }

    /// Whether a number is near enough; one that is none, or infinite, never is.
    func accepts(_ given: Double, for expected: Double) -> Bool { abs(given - expected) <= allowance(for: expected) }
}
