import ModelCore

/// What became of the tensors of one layer: those whose names are alike up to the first number.
package struct LayerChange: Encodable, Sendable {
    /// The file of the tree that they are in; left out where the artifact is a file.
    package let file: String?
    /// What their names begin with, up to the number that tells layers apart; the whole name where it has none.
    package let name: String
    /// How many there are that are not the same.
    package private(set) var count = 0
    /// Of these, how many only the later version has, and only the earlier one.
    package private(set) var added = 0, removed = 0
    /// How many have another shape, and how many another type alone.
    package private(set) var reshaped = 0, retyped = 0
    /// How many changed by nobody knows how much; where there are any, the layer has no figures, for those of the
    /// others are not its own.
    package private(set) var unmeasured = 0
    /// The Euclidean norm of the difference over that of the earlier values, of the farthest tensor, as far as they are
    /// finite; infinite where one was all zeros before, or is too large to be squared, `nil` where none was measured.
    package private(set) var relativeDistance: Double?
    /// The largest absolute difference of two finite elements; infinite where it is too large to be squared, `nil`
    /// where none was measured.
    package private(set) var maximumDifference: Double?
    /// Numbers of elements in all, and of those that changed, of the tensors that were measured.
    package private(set) var elements: UInt64 = 0, changedElements: UInt64 = 0
    /// The lowest cosine.
    package private(set) var cosine: Double?
    /// How many elements of the later version are NaN or infinite, as far as that is known.
    package private(set) var notFinite: UInt64 = 0

    /// Returns the changes by layers, in the order in which numbers count: layer 2 before layer 10.
    package static func grouping(_ rows: [TensorChangeRow]) -> [LayerChange] {
        var layers: [LayerChange] = []
        var positions: [String: Int] = [:]
        for row in rows {
            let name = prefix(of: row.name)
            let key = "\(row.file ?? "")\u{0}\(name)"
            if positions[key] == nil {
                positions[key] = layers.count
                layers.append(LayerChange(file: row.file, name: name))
            }
            if let position = positions[key] { layers[position].add(row) }
        }
        for index in layers.indices where layers[index].unmeasured > 0 { layers[index].dropFigures() }
        return layers.sorted { ($0.file ?? "", $0) < ($1.file ?? "", $1) }
    }

    /// The file, where there is one, and the name: `unet/model.safetensors: blocks.0`.
    package var place: String { [file, name].compactMap { $0 }.joined(separator: ": ") }

    private init(file: String?, name: String) {
        self.file = file
        self.name = name
    }

    private mutating func add(_ row: TensorChangeRow) {
        count += 1
        switch row.change {
        case "added": added += 1
        case "removed": removed += 1
        case "reshaped": reshaped += 1
        case "retyped": retyped += 1
        default: break
        }
        if row.isUnmeasured { unmeasured += 1 }
        // A row that was measured leaves out what is infinite.
        let missing: Double? = row.elements == nil ? nil : .infinity
        relativeDistance = LayerChange.most(relativeDistance, row.relativeDistance ?? missing)
        maximumDifference = LayerChange.most(maximumDifference, row.maximumDifference ?? missing)
        cosine = LayerChange.most(cosine.map(-), row.cosine.map(-)).map(-)
        let oddities = (row.after?.notNumbers ?? 0).addingSaturating(row.after?.infinities ?? 0)
        notFinite = notFinite.addingSaturating(oddities)
        elements = elements.addingSaturating(row.elements ?? 0)
        changedElements = changedElements.addingSaturating(row.changedElements ?? 0)
    }

    private mutating func dropFigures() {
        (relativeDistance, maximumDifference, cosine) = (nil, nil, nil)
        (elements, changedElements) = (0, 0)
    }

    private static func most(_ one: Double?, _ other: Double?) -> Double? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }

    /// `model.layers.12.mlp.weight` and `h.12/attn` are of `model.layers.12` and `h.12`.
    private static func prefix(of name: String) -> String {
        var end = name.startIndex
        while end < name.endIndex {
            let next = name[end...].firstIndex { $0 == "." || $0 == "/" } ?? name.endIndex
            let part = name[end..<next]
            if !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }) { return String(name[..<next]) }
            end = next < name.endIndex ? name.index(after: next) : next
        }
        return name
    }
}

extension LayerChange: Comparable {
    package static func < (left: LayerChange, right: LayerChange) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts) { one, other in
            if let one = Int(one), let other = Int(other), one != other { return one < other }
            return one < other
        }
    }

    package static func == (left: LayerChange, right: LayerChange) -> Bool {
        left.file == right.file && left.name == right.name
    }

    private var parts: [Substring] { name.split { $0 == "." || $0 == "/" } }
}
