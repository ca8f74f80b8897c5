package import ModelCore

/// What a model should give for its sample inputs, and what counts as the same.
package struct ModelExpectation: Sendable, Hashable {
    /// How what it gives is compared with what is expected.
    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// Numbers by tolerances, as NumPy's `isclose`: |given - expected| ≤ atol + rtol · |expected|; anything else as
        /// it is.
        case close
        /// Byte for byte.
        case exact
        /// As a text that the expected pattern matches.
        case regex
        /// As JSON, by expected values at paths in it.
        case jsonpath
    }

    /// Where the expected outputs are, from the top of the repository.
    package var path: RepositoryPath
    /// How they are compared.
    package var comparison = Comparison.close
    /// The tolerance as a share of what is expected; `nil` leaves it to whoever compares.
    package var rtol: Double?
    /// The tolerance beside that; `nil` leaves it to whoever compares.
    package var atol: Double?
    private var others: [String: JSONValue] = [:]

    /// Creates an expectation of numbers.
    package init(at path: RepositoryPath) { self.path = path }
}

extension ModelExpectation {
    /// Reads `{"path": "tests/expected.json", "rtol": 1e-3}`; throws `FormatError` that names the field, which is in
    /// `field`.
    init(parsing value: JSONValue, field: String) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError("expectation", .malformed(what)) }
        guard var fields = value.object else { throw malformed("\"\(field)\" is no object") }
        guard let text = fields.removeValue(forKey: "path")?.string else {
            throw malformed("\"\(field).path\" is no string")
        }
        let path: RepositoryPath
        do { path = try RepositoryPath(text) } catch { throw malformed("\"\(field)\": \(error)") }
        self.init(at: path)
        if let kind = fields.removeValue(forKey: "kind") {
            guard let comparison = kind.string.flatMap({ Comparison(rawValue: $0) }) else {
                let known = Comparison.allCases.map(\.rawValue).joined(separator: ", ")
                throw malformed("\"\(field).kind\" is none of \(known)")
            }
            self.comparison = comparison
        }
        rtol = try ModelExpectation.tolerance(fields.removeValue(forKey: "rtol"), "\(field).rtol")
        atol = try ModelExpectation.tolerance(fields.removeValue(forKey: "atol"), "\(field).atol")
        others = fields
    }

    private static func tolerance(_ value: JSONValue?, _ field: String) throws(FormatError) -> Double? {
        guard let value else { return nil }
        guard let number = value.double, number >= 0, number.isFinite else {
            throw FormatError("expectation", .malformed("\"\(field)\" is no tolerance"))
        }
        return number
    }

    /// The expectation as `init(parsing:)` reads it.
    var json: JSONValue {
        var fields = others
        fields["path"] = .string(path.text)
        if comparison != .close { fields["kind"] = .string(comparison.rawValue) }
        if let rtol { fields["rtol"] = JSONValue(real: rtol) }
        if let atol { fields["atol"] = JSONValue(real: atol) }
        return .object(fields)
    }
}
