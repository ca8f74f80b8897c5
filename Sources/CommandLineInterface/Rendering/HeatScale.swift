import Operations

/// How hot a layer is drawn among others: its relative distance as a share of the farthest one's.
struct HeatScale {
    private let hottest: Double

    init(_ layers: [LayerChange]) { hottest = layers.compactMap(\.relativeDistance).max() ?? 0 }

    /// Returns a number from 0 to 1; `nil` for a layer that was not measured.
    func heat(of layer: LayerChange) -> Double? {
        guard let distance = layer.relativeDistance else { return nil }
        return hottest > 0 ? min(1, distance / hottest) : 0
    }
}
