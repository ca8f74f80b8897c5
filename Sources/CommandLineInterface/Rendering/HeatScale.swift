import Operations

/// How hot a layer is drawn among others: its relative distance as a share of the farthest one's that is not infinite.
///
/// It is as hot as can be where it has elements that are no finite numbers, which no distance tells.
struct HeatScale {
    private let hottest: Double

    init(_ layers: [LayerChange]) { hottest = layers.compactMap(\.relativeDistance).filter(\.isFinite).max() ?? 0 }

    /// Returns a number from 0 to 1; `nil` for a layer that was not measured.
    func heat(of layer: LayerChange) -> Double? {
        if layer.notFinite > 0 { return 1 }
        guard let distance = layer.relativeDistance else { return nil }
        guard distance.isFinite else { return 1 }
        return hottest > 0 ? min(1, distance / hottest) : 0
    }
}
