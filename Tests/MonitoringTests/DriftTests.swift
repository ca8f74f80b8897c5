import ModelCore
import Monitoring
import TestSupport
import Testing

/// The formulas beside those of scipy and numpy, on tables and samples of every sort.
@Suite struct DriftTests {
    private static let python = "\(PackageFiles.root)/.build-venv/bin/python"
    /// Answers a line of JSON for each case.
    private static let script = #"""
        import json, sys
        import numpy as np
        from scipy import special, stats
        from scipy.spatial import distance

        def shares(counts):
            return np.array(counts, float) / sum(counts)

        for line in open(sys.argv[1]):
            case = json.loads(line)
            if "left" in case:
                left, right = case["left"], case["right"]
                d = stats.ks_2samp(left, right, method="asymp").statistic
                n, m = len(left), len(right)
                print(json.dumps([d, stats.kstwobign.sf(d * np.sqrt(n * m / (n + m)))]))
            elif "a" in case:
                print(json.dumps([special.gammaincc(case["a"], case["x"])]))
            else:
                e, a = shares(case["reference"]), shares(case["current"])
                used = (e > 0) | (a > 0)
                f = np.where(e > 0, e, 0.0001)[used]
                g = np.where(a > 0, a, 0.0001)[used]
                counts = np.array(case["current"], float)[used]
                # Of what is the same it takes the root of what is a little below nothing.
                js = float(np.nan_to_num(distance.jensenshannon(e, a, base=2)))
                result = [float(np.sum((g - f) * np.log(g / f))), js**2, js]
                if used.sum() > 1:
                    test = stats.chisquare(counts, f / f.sum() * counts.sum())
                    result += [test.statistic, test.pvalue]
                else:
                    # Without a degree of freedom scipy has no number.
                    result += [0, 1]
                print(json.dumps(result))
        """#

    private enum Case {
        case table([Int], [Int])
        case samples([Double], [Double])
        case gamma(Double, Double)

        var json: JSONValue {
            func list(_ numbers: [Double]) -> JSONValue { .array(numbers.map(JSONValue.init(real:))) }
            return switch self {
            case .table(let reference, let current):
                .object(["reference": list(reference.map(Double.init)), "current": list(current.map(Double.init))])
            case .samples(let left, let right): .object(["left": list(left), "right": list(right)])
            case .gamma(let a, let x): .object(["a": JSONValue(real: a), "x": JSONValue(real: x)])
            }
        }

        var own: [Double] {
            switch self {
            case .table(let reference, let current):
                let test = Drift.chiSquare(reference: reference, current: current)
                return [
                    Drift.populationStability(reference: reference, current: current),
                    Drift.jensenShannonDivergence(reference, current), Drift.jensenShannonDistance(reference, current),
                    test?.statistic, test?.probability,
                ].compactMap(\.self)
            case .samples(let left, let right):
                let test = Drift.kolmogorovSmirnov(left, right)
                return [test?.statistic, test?.probability].compactMap(\.self)
            case .gamma(let a, let x): return [Drift.upperGamma(a, x)]
            }
        }
    }

    private static var cases: [Case] {
        var random = PseudoRandom(seed: 17)
        var cases: [Case] = [
            .table([1], [5]), .table([1, 0], [0, 1]), .table([5, 0, 5], [5, 0, 5]), .table([1, 1], [1_000_000, 1]),
            .table([0, 10, 90], [3, 0, 97]), .table([10, 20, 30], [100, 200, 300]), .samples([1], [1]),
            .samples([1], [2]), .samples([1, 1, 1, 2], [1, 2, 2]), .samples([-1e300, 0, 1e300], [0, 0]),
        ]
        for _ in 0..<100 {
            let count = Int.random(in: 2...40, using: &random)
            let most = [3, 100, 1_000_000].randomElement(using: &random) ?? 3
            func counts() -> [Int] { (0..<count).map { _ in Int.random(in: 0...most, using: &random) } }
            let (reference, current) = (counts(), counts())
            if reference.reduce(0, +) > 0, current.reduce(0, +) > 0 { cases.append(.table(reference, current)) }
            let shift = Double.random(in: 0...1, using: &random)
            func sample(_ shift: Double) -> [Double] {
                (0..<Int.random(in: 1...400, using: &random)).map { _ in
                    // Rounded, so that some are alike.
                    (Double.random(in: 0...1, using: &random) * 50).rounded() / 50 + shift
                }
            }
            cases.append(.samples(sample(0), sample(shift * shift)))
            cases.append(
                .gamma(Double.random(in: 0.5...60, using: &random), Double.random(in: 0...120, using: &random))
            )
        }
        return cases
    }

    @Test func `Statistics are those of scipy`() async throws {
        let cases = Self.cases
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(cases.flatMap(\.json.line), to: "cases.jsonl")
        try scratch.write(Self.script, to: "answer.py")
        let result = try await scratch.run("\(Self.python) answer.py cases.jsonl 2> log").expectSuccess()
        let answers = try result.output.split(separator: "\n").map { line in
            try JSONValue(parsing: Array(line.utf8)).array?.compactMap(\.double) ?? []
        }
        try #require(answers.count == cases.count)
        for (item, answer) in zip(cases, answers) {
            let own = item.own
            #expect(own.count == answer.count, "\(item)")
            for (mine, theirs) in zip(own, answer) {
                #expect(abs(mine - theirs) <= 1e-9 * max(abs(theirs), 1e-3), "\(item): \(own), \(answer)")
            }
        }
    }

    @Test func `Of nothing there is no statistic`() {
        for (left, right) in [([], []), ([0, 0], [1, 2]), ([1, 2], [0, 0]), ([1, 2], [1]), ([-1, 3], [1, 1])] {
            #expect(Drift.populationStability(reference: left, current: right) == nil)
            #expect(Drift.jensenShannonDistance(left, right) == nil)
            #expect(Drift.chiSquare(reference: left, current: right) == nil)
        }
        #expect(Drift.kolmogorovSmirnov([], [1]) == nil)
        #expect(Drift.kolmogorovSmirnov([.nan], [1]) == nil)
        #expect(Drift.upperGamma(3, .infinity) == 0)
        #expect(Drift.kolmogorovSurvival(0) == 1)
    }
}
