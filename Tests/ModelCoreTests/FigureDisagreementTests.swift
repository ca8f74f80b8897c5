import ModelCore
import Testing

@Suite struct FigureDisagreementTests {
    private let comparison = TensorComparison(
        count: 10,
        changed: 3,
        distance: 1.5,
        norm: 2,
        baseNorm: 2.5,
        maximumDifference: 0.5,
        cosine: 0.9
    )
    private let statistics = TensorStatistics(
        count: 10,
        zeros: 1,
        notNumbers: 0,
        infinities: 0,
        mean: 1e-12,
        standardDeviation: 1,
        minimum: -3,
        maximum: 3,
        norm: 3.2
    )

    @Test func `Rounding is no disagreement`() {
        var other = comparison
        other.distance *= 1 + 1e-12
        other.cosine += 1e-12
        #expect(comparison.disagreement(with: other) == nil)
        var near = statistics
        // Of numbers as large as 3, that is nothing.
        near.mean = -1e-12
        #expect(statistics.disagreement(with: near) == nil)
        near.norm = .infinity
        #expect(near.disagreement(with: near) == nil)
        #expect(statistics.disagreement(with: near)?.figure == "norm")
    }

    @Test(arguments: [
        (\TensorComparison.distance, "distance"), (\.norm, "norm"), (\.baseNorm, "earlier norm"),
        (\.maximumDifference, "largest difference"), (\.cosine, "cosine"),
    ])
    func `Every figure of a comparison counts`(
        figure: any WritableKeyPath<TensorComparison, Double> & Sendable,
        name: String
    ) {
        var lie = comparison
        lie[keyPath: figure] *= 0.999
        let found = lie.disagreement(with: comparison)
        #expect(found?.figure == name && found?.written == lie[keyPath: figure])
    }

    @Test(arguments: [
        (\TensorStatistics.mean, "mean"), (\.standardDeviation, "standard deviation"), (\.minimum, "minimum"),
        (\.maximum, "maximum"), (\.norm, "norm"),
    ])
    func `Every figure of statistics counts`(
        figure: any WritableKeyPath<TensorStatistics, Double> & Sendable,
        name: String
    ) {
        var lie = statistics
        lie[keyPath: figure] += 0.001
        #expect(lie.disagreement(with: statistics)?.figure == name)
    }

    @Test func `Counts are exact`() {
        var lie = comparison
        lie.changed += 1
        #expect(lie.disagreement(with: comparison)?.figure == "changed elements")
        var hidden = statistics
        hidden.notNumbers = 1
        let found = statistics.disagreement(with: hidden)
        #expect(found?.figure == "NaN" && found?.written == 0 && found?.found == 1)
    }
}
