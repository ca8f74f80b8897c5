import ModelCore

/// Whether what a model gave is what it should have given.
package enum ExpectationCheck {
    /// The most bytes of a text that a pattern is looked for in, and of the pattern.
    package static let textLimit = 1 << 20, patternLimit = 4096

    /// Returns how what was given differs, in one clause that names the first place and how many there are; `nil` where
    /// it does not.
    ///
    /// An expectation that cannot be met is a difference, too. A hostile pattern may take for ever: call it where that
    /// does no harm.
    package static func difference(
        given: [UInt8],
        expected: [UInt8],
        _ expectation: ReleasePlan.Expectation
    ) -> String? {
        switch expectation.kind {
        case .close: closeDifference(given, expected, Tolerance(expectation))
        case .exact: exactDifference(given, expected)
        case .regex: patternDifference(given, expected)
        case .jsonpath: pathDifference(given, expected, Tolerance(expectation))
        }
    }

    /// Whether what was given has the form of what is expected, so that values can be compared.
    static func isReadable(_ given: [UInt8], as sample: SmokeSample) -> Bool {
        switch sample.expectation.kind {
        case .close: ExpectedValues(reading: given, as: ExpectedValues(reading: sample.expected).form) != nil
        case .jsonpath: (try? JSONValue(parsing: given, allowsNonFinite: true)) != nil
        case .exact, .regex: true
        }
    }

    private static func closeDifference(_ given: [UInt8], _ expected: [UInt8], _ tolerance: Tolerance) -> String? {
        let expected = ExpectedValues(reading: expected)
        if let problem = NonFinitePlace(in: expected.value)?.problem(in: expected.form) { return problem }
        guard let given = ExpectedValues(reading: given, as: expected.form) else {
            return "it gave \(Excerpt.of(given)), which is no \(expected.form.rawValue) as expected"
        }
        var comparison = ValueComparison(tolerance)
        comparison.compare(given.value, expected.value, at: [])
        return comparison.difference { expected.form.text(of: $0) }
    }

    private static func exactDifference(_ given: [UInt8], _ expected: [UInt8]) -> String? {
        guard given != expected else { return nil }
        let place = zip(given, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        guard let place else { return "it gave \(given.count) bytes, and should give \(expected.count)" }
        let first = "byte \(place) is \(given[place]), and should be \(expected[place])"
        guard given.count == expected.count else {
            return "\(first); it gave \(given.count) bytes, and should give \(expected.count)"
        }
        return "\(first); \(zip(given, expected).count { $0 != $1 }) of \(expected.count) bytes differ"
    }

    private static func patternDifference(_ given: [UInt8], _ expected: [UInt8]) -> String? {
        guard expected.count <= patternLimit else { return "the expected pattern is longer than \(patternLimit) bytes" }
        guard given.count <= textLimit else { return "it gave more than \(textLimit) bytes, too many for a pattern" }
        // An editor ends the last line.
        var text = String(decoding: expected, as: UTF8.self)
        while let last = text.last, last.isNewline { text.removeLast() }
        guard !text.isEmpty else { return "the expected pattern is empty, and would match anything" }
        guard let pattern = try? Regex(text) else { return "the expected pattern \(Excerpt.of(expected)) is none" }
        let match = try? pattern.firstMatch(in: String(decoding: given, as: UTF8.self))
        return match == nil ? "it gave \(Excerpt.of(given)), which \(Excerpt.of(expected)) does not match" : nil
    }

    private static func pathDifference(_ given: [UInt8], _ expected: [UInt8], _ tolerance: Tolerance) -> String? {
        guard let wanted = (try? JSONValue(parsing: expected, allowsNonFinite: true))?.object else {
            return "what is expected is no JSON object of paths and values"
        }
        guard !wanted.isEmpty else { return "what is expected has no path" }
        guard let given = try? JSONValue(parsing: given, allowsNonFinite: true) else {
            return "it gave \(Excerpt.of(given)), which is no JSON"
        }
        var comparison = ValueComparison(tolerance)
        for (text, value) in wanted.sorted(by: { $0.key < $1.key }) {
            let path: JSONPath
            do { path = try JSONPath(text) } catch {
                return "what is expected has the path \(Excerpt.line(text)), and \(error)"
            }
            if let place = NonFinitePlace(in: value) { return place.problem(at: path.text) }
            let values = path.values(in: given)
            if !path.isSingular {
                comparison.compare(.array(values), value, at: [.root(text)])
            } else if let found = values.first {
                comparison.compare(found, value, at: [.root(text)])
            } else {
                comparison.add("is not there", at: [.root(text)])
            }
        }
        return comparison.difference { ExpectedValues.Form.json.text(of: $0) }
    }
}
