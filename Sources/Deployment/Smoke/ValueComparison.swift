import ModelCore

/// The comparison of given values with expected ones, place by place.
struct ValueComparison {
    private let tolerance: Tolerance
    private var first: (what: String, steps: [ValueStep])?
    private var differing = 0
    private var compared = 0

    init(_ tolerance: Tolerance) { self.tolerance = tolerance }

    /// Returns the first difference and the number of places that differ, where one does; `place` names places.
    func difference(naming place: ([ValueStep]) -> String) -> String? {
        guard let first else { return nil }
        let all = "\(differing) of \(compared) \(compared == 1 ? "value differs" : "values differ")"
        return "\(place(first.steps)) \(first.what); \(all)"
    }

    /// Notes that a place differs.
    mutating func add(_ what: @autoclosure () -> String, at steps: [ValueStep]) {
        compared += 1
        differing += 1
        if first == nil { first = (what(), steps) }
    }

    /// Compares what is at a place, and all that is below it.
    mutating func compare(_ given: JSONValue, _ expected: JSONValue, at steps: [ValueStep]) {
        switch (given, expected) {
        case (.number(let given), .number(let expected)): compareNumbers(given, expected, at: steps)
        case (.array(let given), .array(let expected)):
            guard given.count == expected.count else {
                return add("has \(given.count) elements, and should have \(expected.count)", at: steps)
            }
            for (position, pair) in zip(given, expected).enumerated() {
                compare(pair.0, pair.1, at: steps + [.element(position)])
            }
        case (.object(let given), .object(let expected)): compareMembers(given, expected, at: steps)
        // The text that stands for a number which JSON cannot have; the number itself is what Python writes.
        case (.number(let digits), .string(let text))
        where digits == text && ["NaN", "Infinity", "-Infinity"].contains(text):
            compared += 1
        default:
            if given == expected {
                compared += 1
            } else {
                add("is \(Excerpt.of(given)), and should be \(Excerpt.of(expected))", at: steps)
            }
        }
    }

    private mutating func compareNumbers(_ given: String, _ expected: String, at steps: [ValueStep]) {
        // The same digits are the same number, also where binary64 has none of them.
        let (number, wanted) = (Double(given) ?? .nan, Double(expected) ?? .nan)
        guard given != expected, !tolerance.accepts(number, for: wanted) else {
            compared += 1
            return
        }
        let (away, allowed) = ((number - wanted).magnitude, tolerance.allowance(for: wanted))
        let distance = number.isFinite ? ": \(away.shortText) away, where \(allowed.shortText) is allowed" : ""
        add("is \(Excerpt.line(given)), and should be \(Excerpt.line(expected))\(distance)", at: steps)
    }

    private mutating func compareMembers(
        _ given: [String: JSONValue],
        _ expected: [String: JSONValue],
        at steps: [ValueStep]
    ) {
        for key in Set(given.keys).union(expected.keys).sorted() {
            let place = steps + [.member(key)]
            switch (given[key], expected[key]) {
            case (let given?, let expected?): compare(given, expected, at: place)
            case (nil, _?): add("is not there", at: place)
            default: add("is there, and is not expected", at: place)
            }
        }
    }
}
