import Operations

/// The figures of a layer as people read them; empty where they were not measured.
struct LayerFigures {
    /// Relative distance, largest difference, share of elements that changed, lowest cosine.
    let cells: [String]

    init(_ layer: LayerChange) {
        let share = layer.elements == 0 ? nil : Double(layer.changedElements) / Double(layer.elements)
        cells = [
            layer.relativeDistance.map { Quantity.significant($0) } ?? "",
            layer.maximumDifference.map { Quantity.significant($0) } ?? "",
            share.map { "\(Quantity.significant(100 * $0)) %" } ?? "",
            layer.cosine.map { Quantity.decimals($0, 6) } ?? "",
        ]
    }

    /// Whose figures a report has, by the source that it names.
    fileprivate static func origin(_ source: String) -> String {
        switch source {
        case "add": "by author"
        case "recomputed": "recomputed"
        default: ""
        }
    }
}

extension LayerChange {
    /// What no figure tells: how many tensors only one version has, have another form, or were not compared, and how
    /// many elements are not finite, where any are.
    var remark: String {
        let counts: [(UInt64, String)] = [
            (UInt64(added), "added"), (UInt64(removed), "removed"), (UInt64(reshaped), "reshaped"),
            (UInt64(retyped), "retyped"), (UInt64(unmeasured), "not compared"), (notFinite, "NaN or Inf"),
        ]
        return counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

extension TensorChangeRow {
    /// How many elements were and are not finite, where any are.
    var oddities: String {
        let counts = [("NaN", before?.notNumbers, after?.notNumbers), ("Inf", before?.infinities, after?.infinities)]
        let found = counts.compactMap { name, before, after -> String? in
            guard (before ?? 0) > 0 || (after ?? 0) > 0 else { return nil }
            let numbers = before == after ? [after] : [before, after]
            return "\(name) " + numbers.map { $0.map { "\($0)" } ?? "–" }.joined(separator: " → ")
        }
        return found.joined(separator: ", ")
    }
}

extension CompareVersions.Report.Tensors {
    /// Whose figures these are, in the corner of a table.
    var origin: String { LayerFigures.origin(source) }
}

extension ReviewChanges.Report.Layers {
    /// Whose figures these are, behind what they are of: after a comma, where it is said.
    var origin: String {
        let words = LayerFigures.origin(source)
        return words.isEmpty ? "" : ", " + words
    }
}
