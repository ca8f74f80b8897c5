import ModelCore

/// A tensor of the v2 protocol: rows along its first axis, whose values stand flat or nested.
struct PayloadTensor {
    /// The name.
    let name: String
    /// The rows, each flat.
    let rows: [[JSONValue]]

    /// Reads a tensor; `nil` for anything else.
    init?(_ value: JSONValue) {
        guard let fields = value.object, let name = fields["name"]?.string, let data = fields["data"]?.array else {
            return nil
        }
        self.name = name
        var flat: [JSONValue] = []
        for item in data { PayloadTensor.flatten(item, into: &flat) }
        let shape = (fields["shape"]?.array ?? []).map { $0.integer ?? -1 }
        let count = shape.first ?? Int64(flat.count)
        guard count > 0, count <= Int64(flat.count), flat.count % Int(count) == 0 else {
            guard flat.isEmpty else { return nil }
            rows = []
            return
        }
        let width = flat.count / Int(count)
        rows = stride(from: 0, to: flat.count, by: width).map { Array(flat[$0..<($0 + width)]) }
    }

    private static func flatten(_ value: JSONValue, into flat: inout [JSONValue]) {
        guard let items = value.array else { return flat.append(value) }
        for item in items { flatten(item, into: &flat) }
    }
}
