/// What a model takes and what it gives: tensors by their names.
package struct ModelSignature: Sendable, Hashable {
    /// A dimension of a tensor.
    package enum Dimension: Sendable, Hashable {
        /// So many elements.
        case fixed(Int64)
        /// Any number, the same wherever the name stands, such as `batch`.
        case named(String)
        /// Any number.
        case free
    }

    /// A tensor that goes in or comes out.
    package struct Value: Sendable, Hashable {
        /// The name, which may be anything that is UTF-8.
        package let name: String
        /// The type of its elements in NumPy's words, such as `float32`; `string`, `sequence` and `map` are some, too.
        package let dtype: String
        /// The dimensions, outermost first; `nil` where not even their number is known.
        package let shape: [Dimension]?
        private var others: [String: JSONValue] = [:]

        /// Creates a tensor.
        package init(name: String, dtype: String, shape: [Dimension]?) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
        }
    }

    /// What goes in, in the model's order.
    package let inputs: [Value]
    /// What comes out, in the model's order.
    package let outputs: [Value]
    /// Fields of other versions of git-model, and of people, kept as they are.
    private var others: [String: JSONValue] = [:]

    /// Creates a signature.
    package init(inputs: [Value], outputs: [Value]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

extension ModelSignature {
    /// Reads `{"inputs": [{"name": "x", "dtype": "float32", "shape": ["batch", -1, 4]}], "outputs": […]}`.
    ///
    /// A dimension is a number, a name, or -1 or null, which are free. Throws `FormatError` that names the field;
    /// `field` is the signature's own name in what surrounds it.
    package init(parsing value: JSONValue, field: String? = nil) throws(FormatError) {
        guard var fields = value.object else {
            throw Problem.error(field.map { "\"\($0)\" is no object" } ?? "it is no JSON object")
        }
        let prefix = field.map { "\($0)." } ?? ""
        inputs = try ModelSignature.values(fields.removeValue(forKey: "inputs"), "\(prefix)inputs")
        outputs = try ModelSignature.values(fields.removeValue(forKey: "outputs"), "\(prefix)outputs")
        others = fields
    }

    private static func values(_ value: JSONValue?, _ field: String) throws(FormatError) -> [Value] {
        guard let value else { return [] }
        guard let items = value.array else { throw Problem.error("\"\(field)\" is no list") }
        var values: [Value] = []
        for (position, item) in items.enumerated() {
            let value = try Value(parsing: item, "\(field)[\(position)]")
            guard !values.contains(where: { $0.name == value.name }) else {
                throw Problem.error("\"\(field)\" has \(QuotedPath.encode(value.name)) twice")
            }
            values.append(value)
        }
        return values
    }

    /// The signature as `init(parsing:)` reads it.
    package var json: JSONValue {
        var fields = others
        fields["inputs"] = .array(inputs.map(\.json))
        fields["outputs"] = .array(outputs.map(\.json))
        return .object(fields)
    }

    fileprivate enum Problem {
        static func error(_ what: String) -> FormatError { FormatError("signature", .malformed(what)) }
    }
}

extension ModelSignature.Value {
    fileprivate init(parsing value: JSONValue, _ field: String) throws(FormatError) {
        typealias Problem = ModelSignature.Problem
        guard var fields = value.object else { throw Problem.error("\"\(field)\" is no object") }
        guard let name = fields.removeValue(forKey: "name")?.string else {
            throw Problem.error("\"\(field).name\" is no string")
        }
        guard let dtype = fields.removeValue(forKey: "dtype")?.string, !dtype.isEmpty else {
            throw Problem.error("\"\(field).dtype\" is no name of a type")
        }
        var shape: [ModelSignature.Dimension]?
        if let value = fields.removeValue(forKey: "shape"), value != .null {
            guard let items = value.array else { throw Problem.error("\"\(field).shape\" is no list") }
            var dimensions: [ModelSignature.Dimension] = []
            for item in items {
                guard let dimension = ModelSignature.Dimension(item) else {
                    throw Problem.error("a dimension of \"\(field).shape\" is no number, no name and not null")
                }
                dimensions.append(dimension)
            }
            shape = dimensions
        }
        self.init(name: name, dtype: dtype, shape: shape)
        others = fields
    }

    fileprivate var json: JSONValue {
        var fields = others
        fields["name"] = .string(name)
        fields["dtype"] = .string(dtype)
        if let shape { fields["shape"] = .array(shape.map(\.json)) }
        return .object(fields)
    }
}

extension ModelSignature.Dimension {
    fileprivate init?(_ value: JSONValue) {
        switch value {
        case .null: self = .free
        case .string(let name) where !name.isEmpty: self = .named(name)
        case .number:
            guard let count = value.integer, count >= -1 else { return nil }
            self = count == -1 ? .free : .fixed(count)
        default: return nil
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .fixed(let count): JSONValue(count)
        case .named(let name): .string(name)
        case .free: JSONValue(-1)
        }
    }
}

extension ModelSignature.Dimension: CustomStringConvertible {
    /// The number, the name, or `?`.
    package var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .named(let name): name
        case .free: "?"
        }
    }
}

extension ModelSignature.Dimension: Encodable {
    /// Encodes the number, the name, or -1.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .fixed(let count): try container.encode(count)
        case .named(let name): try container.encode(name)
        case .free: try container.encode(-1)
        }
    }
}
