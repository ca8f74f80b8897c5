import Plots
import Testing

@Suite struct PlotEqualityTests {
    @Test func `What was recorded alike is equal, also what is no number`() {
        #expect(PlotPoint(0, .nan) == PlotPoint(0, -.nan) && PlotPoint(.nan, 1) == PlotPoint(.nan, 1))
        #expect(Set([PlotPoint(0, .nan), PlotPoint(0, .signalingNaN), PlotPoint(0, 1)]).count == 2)
        #expect(Set([PlotPoint(0, 0), PlotPoint(0, -0.0)]).count == 1)
        #expect(Bars([Bars.Bar("a", .nan)]) == Bars([Bars.Bar("a", .nan)]))
        #expect(Set([Bars.Bar("a", .nan), Bars.Bar("a", .nan), Bars.Bar("b", .nan)]).count == 2)
    }

    @Test(arguments: [(0.0, 1.0), (.nan, 1), (1, .nan), (.infinity, -.infinity)])
    func `What differs is not`(one: Double, other: Double) {
        #expect(PlotPoint(0, one) != PlotPoint(0, other) && PlotPoint(one, 0) != PlotPoint(other, 0))
        #expect(Bars.Bar("a", one) != Bars.Bar("a", other))
    }
}
