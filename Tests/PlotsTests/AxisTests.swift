import Testing

@testable import Plots

@Suite struct AxisTests {
    @Test func `Ticks are round, and an axis may end at them`() {
        let axis = AxisScale(linearFrom: 0.03, to: 0.97, parts: 5, fit: .ticks)
        #expect(axis.ticks.map(\.label) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
        #expect(axis.ticks.map(\.value) == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(axis.share(of: 0) == 0 && axis.share(of: 1) == 1 && axis.share(of: 0.5) == 0.5)
    }

    @Test func `An axis may end where its values do`() {
        let axis = AxisScale(linearFrom: 0, to: 999, parts: 4, fit: .tight)
        #expect(axis.ticks.map(\.label) == ["0", "200", "400", "600", "800"])
        #expect(axis.share(of: 999) == 1)
    }

    @Test(arguments: [0.0007, 0.9, 1.0, 1.4, 2.6, 4.0, 7.0, 9.99, 123.0, 4567.0, 1e-200, 3e250])
    func `Steps are 1, 2 or 5 times a power of ten`(span: Double) {
        let step = TickStep(dividing: span, into: 5)
        #expect([1, 2, 5].contains(step.factor))
        #expect((3...9).contains(step.count(to: span)))
    }

    @Test(arguments: [
        (0.0, 0.0), (5.0, 5.0), (-3.0, -3.0), (-1e308, 1e308), (.leastNonzeroMagnitude, 2 * .leastNonzeroMagnitude),
        (1e15, 1e15 + 1), (1e-300, 1.0),
        (-7e-5, 3e-5),
        (1.7e308, 1.7e308), (0.0, .leastNonzeroMagnitude), (999_999.0, 1_000_001.0), (-2.0, 1e9),
    ])
    func `Whatever the values are, there are a few ticks, in order, within the axis`(low: Double, high: Double) {
        for fit in [AxisScale.Fit.tight, .ticks] {
            let axis = AxisScale(linearFrom: low, to: high, parts: 5, fit: fit)
            #expect((2...12).contains(axis.ticks.count))
            #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.0.value < $0.1.value })
            #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
            for value in axis.ticks.map(\.value) + [low, high] { #expect((0...1).contains(axis.share(of: value))) }
            #expect(axis.share(of: low) <= axis.share(of: high))
        }
    }

    @Test func `A logarithmic axis goes from power to power`() {
        let axis = AxisScale(logarithmicFrom: 0.0002, to: 30)
        #expect(axis.ticks.map(\.label) == ["0.0001", "0.001", "0.01", "0.1", "1", "10", "100"])
        #expect((axis.share(of: 1) - 4.0 / 6).magnitude < 1e-9)
        #expect((axis.share(of: 0.0002) - 0.301_029_995_664 / 6).magnitude < 1e-9)
        let wide = AxisScale(logarithmicFrom: 1e-12, to: 1)
        #expect(wide.ticks.map(\.label) == ["1e-12", "1e-10", "1e-8", "1e-6", "1e-4", "1e-2", "1"])
        let widest = AxisScale(logarithmicFrom: .leastNonzeroMagnitude, to: .greatestFiniteMagnitude)
        #expect(widest.ticks.count <= 8 && (0...1).contains(widest.share(of: .leastNonzeroMagnitude)))
    }

    @Test(arguments: [
        (1.0, 0), (9.99, 0), (10.0, 1), (0.1, -1), (0.099, -2), (1e-300, -300), (1.7e308, 308),
        (.leastNonzeroMagnitude, -324),
        (1000.0, 3), (999.999, 2),
    ])
    func `Powers of ten are found exactly`(number: Double, exponent: Int) {
        #expect(Decade.floor(number) == exponent)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (0.12346, "0.1235"), (-0.5, "-0.5"), (48017.3, "48017"), (9_999_999.0, "9999999"),
        (12_345_678.0, "1.235e7"), (1.5e-7, "1.5e-7"), (0.00012, "0.00012"), (.leastNonzeroMagnitude, "5e-324"),
        (99.996, "100"),
        (Double.nan, "NaN"), (-Double.infinity, "-∞"), (1e300, "1e300"),
    ])
    func `Numbers are written short`(number: Double, text: String) {
        #expect(FigureNumber.significant(number) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (12.34, "12.3"), (-0.04, "0"), (-0.5, "-0.5"), (480.0, "480"), (Double.nan, "0"),
        (1e300, "1000000000"),
    ])
    func `Places are written to a tenth`(number: Double, text: String) {
        #expect(FigureNumber.coordinate(number) == text)
    }
}
