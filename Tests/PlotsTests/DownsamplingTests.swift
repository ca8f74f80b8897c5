import Testing

@testable import Plots

@Suite struct DownsamplingTests {
    private static let count = 300_000
    private let axis = AxisScale(linearFrom: 0, to: Double(DownsamplingTests.count - 1), parts: 4, fit: .tight)

    private func points(_ value: (Int) -> Double) -> [PlotPoint] {
        (0..<DownsamplingTests.count).map { PlotPoint(Double($0), value($0)) }
    }

    /// Between 0 and 1, the same every time.
    private func noise(_ position: Int) -> Double { Double(position &* 2_654_435_761 % 1009) / 1009 }

    @Test func `A long curve keeps its ends and every spike in fewer than 2000 points`() {
        let points = points { $0 == 123_457 ? 9 : $0 == 234_567 ? -7 : noise($0) }
        let kept = Downsampling.curve(points, along: axis)
        #expect(kept.count < 2000)
        #expect(kept.first == points.first && kept.last == points.last)
        #expect(kept.contains(PlotPoint(123_457, 9)) && kept.contains(PlotPoint(234_567, -7)))
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.0.x < $0.1.x })
        #expect(kept.allSatisfy { points[Int($0.x)] == $0 })
    }

    @Test func `A long gap stays one`() {
        let points = points { (100_000..<110_000).contains($0) ? .nan : 1 }
        let kept = Downsampling.curve(points, along: axis)
        let gaps = kept.indices.filter { !kept[$0].y.isFinite }
        #expect(gaps.count == 1)
        #expect(gaps.allSatisfy { kept[$0 - 1].x == 99_999 && kept[$0 + 1].x == 110_000 })
    }

    @Test func `Gaps without number cost no more points`() {
        let points = points { $0 % 2 == 0 ? noise($0) : $0 % 3 == 0 ? .infinity : .nan }
        let kept = Downsampling.curve(points, along: axis)
        #expect((700..<2000).contains(kept.count))
    }

    @Test func `A short curve keeps all points`() {
        let points = Array(points { Double($0) }.prefix(Downsampling.pointLimit))
        #expect(Downsampling.curve(points, along: axis) == points)
    }

    @Test func `A large scatter plot keeps its outermost points in fewer than 2000`() {
        let points = points { $0 == 77_777 ? 12 : noise($0) }
        let vertical = AxisScale(linearFrom: 0, to: 12, parts: 5, fit: .ticks)
        let kept = Downsampling.scatter(points, axis, vertical)
        #expect(kept.count < 2000 && kept.count > 50)
        #expect(kept.contains(PlotPoint(77_777, 12)) && kept.contains(PlotPoint(299_999, noise(299_999))))
        #expect(Downsampling.scatter([PlotPoint(1, .nan), PlotPoint(1, 2)], axis, vertical) == [PlotPoint(1, 2)])
    }

    @Test func `Lines follow x, and of several points of one x the last counts`() {
        let resumed = [PlotPoint(0, 3), PlotPoint(1, 2), PlotPoint(2, 9), PlotPoint(1, 1), PlotPoint(3, .nan)]
        let drawn = DrawnPoints(resumed, of: .line)
        #expect(drawn.points.map(\.x) == [0, 1, 2, 3])
        #expect(drawn.points.prefix(3).map(\.y) == [3, 1, 9])
        #expect(drawn.repeatedCount == 1 && drawn.gapCount == 1)
        let placeless = DrawnPoints([PlotPoint(.nan, 1), PlotPoint(.infinity, 1), PlotPoint(4, 1)], of: .line)
        #expect(placeless.points == [PlotPoint(4, 1)] && placeless.gapCount == 2)
    }

    @Test func `A curve that runs backwards is joined as it runs`() {
        let recall = [PlotPoint(1, 0.5), PlotPoint(0.5, 0.6), PlotPoint(0.5, 0.8), PlotPoint(0, 1)]
        #expect(DrawnPoints(recall, of: .precisionRecall).points == recall.reversed())
        #expect(DrawnPoints(recall, of: .scatter).points == recall)
    }
}
