import ModelCore

/// Where expected outputs have a number that is none, or is infinite: nothing is near it, so that they could never be
/// met.
struct NonFinitePlace {
    private let steps: [ValueStep]
    private let digits: String

    /// Finds the first one; `nil` where all numbers are finite.
    init?(in value: JSONValue) {
        guard let place = NonFinitePlace.find(in: value, []) else { return nil }
        self = place
    }

    private init(steps: [ValueStep], digits: String) {
        self.steps = steps
        self.digits = digits
    }

    /// Returns what is wrong with outputs of this form.
    func problem(in form: ExpectedValues.Form) -> String { problem(at: form.text(of: steps)) }

    /// Returns what is wrong at a place.
    func problem(at place: String) -> String {
        "what is expected is \(Excerpt.line(digits)) at \(place), which no number is close to: expect null, or the text"
            + " \"NaN\", \"Infinity\" or \"-Infinity\", where that is meant"
    }

    private static func find(in value: JSONValue, _ steps: [ValueStep]) -> NonFinitePlace? {
        switch value {
        case .number(let digits):
            return (Double(digits) ?? .nan).isFinite ? nil : NonFinitePlace(steps: steps, digits: digits)
        case .array(let elements):
            for (position, element) in elements.enumerated() {
                if let place = find(in: element, steps + [.element(position)]) { return place }
            }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if let place = find(in: member, steps + [.member(name)]) { return place }
            }
        default: break
        }
        return nil
    }
}
