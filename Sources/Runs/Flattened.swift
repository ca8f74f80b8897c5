package import ModelCore

/// Values of nested objects, named by their keys with dots between.
package enum Flattened {
    /// What is nested deeper, and what comes after so many leaves, is left out: a small file may have millions.
    private static let (depthLimit, countLimit) = (32, 100_000)

    /// Returns what is in a value and is itself no object, sorted by name; elements of lists with objects are named by
    /// position.
    package static func leaves(of value: JSONValue) -> [(name: String, value: JSONValue)] {
        var leaves: [(name: String, value: JSONValue)] = []
        add(value, "", depth: 0, to: &leaves)
        return leaves
    }

    private static func add(
        _ value: JSONValue,
        _ name: String,
        depth: Int,
        to leaves: inout [(name: String, value: JSONValue)]
    ) {
        guard depth <= depthLimit, leaves.count < countLimit else { return }
        func join(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
        switch value {
        case .object(let members):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                add(member, join(key), depth: depth + 1, to: &leaves)
            }
        case .array(let elements) where elements.contains(where: \.holdsNames):
            for (position, element) in elements.enumerated() {
                add(element, join("\(position)"), depth: depth + 1, to: &leaves)
            }
        default: leaves.append((name, value))
        }
    }
}

extension JSONValue {
    /// The number of a metric; spelled-out NaN and infinities count, as MLflow, DVC and YAML write them.
    package var metric: Double? {
        switch self {
        case .number(let digits): Double(digits)
        case .string("NaN"), .string("nan"), .string(".nan"), .string(".NaN"): .nan
        case .string("Infinity"), .string("inf"), .string(".inf"): .infinity
        case .string("-Infinity"), .string("-inf"), .string("-.inf"): -.infinity
        default: nil
        }
    }

    fileprivate var holdsNames: Bool {
        switch self {
        case .object: true
        case .array(let elements): elements.contains(where: \.holdsNames)
        default: false
        }
    }
}

extension ParameterValue {
    /// Creates the value of a leaf.
    package init(_ leaf: JSONValue) {
        switch leaf {
        case .null: self = .none
        case .bool(let value): self = .truth(value)
        case .number(let digits): self = ParameterValue(digits: digits)
        case .string(let text): self = .text(text)
        case .array(let elements): self = .list(elements.map(ParameterValue.init))
        case .object: self = .none
        }
    }
}
