/// What one gate says about a version.
package struct GateResult: Encodable, Sendable, Hashable {
    /// What the gate asks for.
    package let gate: String
    /// Whether the version has it.
    package let isPassed: Bool
    /// What was found.
    package let found: String

    /// Both in one line.
    package var line: String { "\(gate): \(found)" }
}
