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
}
