import Runs
import Testing

@Suite struct ChangeTests {
    @Test(
        arguments: [
            ("loss", .lower), ("val_loss", .lower), ("trainLoss", .lower), ("eval/wer", .lower), ("latency_ms", .lower),
            ("mean_squared_error", .lower), ("log_loss", .lower), ("accuracy", .higher), ("top5_accuracy", .higher),
            ("f1", .higher), ("metrics/mAP50-95(B)", .higher), ("rouge1", .higher), ("eval_rougeLsum", .higher),
            ("r2_score", .higher), ("roc_auc", .higher), ("recall@5", .higher), ("evalBLEU", .higher), ("epoch", nil),
            ("mapped", nil), ("", nil), ("5", nil),
        ] as [(String, MetricDirection?)]
    )
    func `Names tell which values are better`(name: String, direction: MetricDirection?) {
        #expect(MetricDirection(usualFor: name) == direction)
    }

    @Test(
        arguments: [
            (0.5, 0.4, .lower, .better), (0.4, 0.5, .lower, .worse), (0.5, 0.4, .higher, .worse), (0.4, 0.5, nil, nil),
            (0.4, 0.4, .lower, nil), (0.4, .nan, .higher, .worse), (.nan, 0.4, .lower, .better),
            (.nan, .nan, .lower, nil),
            (.infinity, 1, .lower, .better), (nil, 1, .lower, nil), (1, nil, .lower, nil),
        ] as [(Double?, Double?, MetricDirection?, MetricChange.Verdict?)]
    )
    func `A change is for the better or not`(
        old: Double?,
        new: Double?,
        direction: MetricDirection?,
        verdict: MetricChange.Verdict?
    ) {
        #expect(MetricChange("m", from: old, to: new, better: direction).verdict == verdict)
    }

    @Test func `Differences are what can be counted`() {
        func change(_ old: Double?, _ new: Double?) -> MetricChange { MetricChange("m", from: old, to: new) }
        #expect(change(2, 3).difference == 1 && change(2, 3).relativeDifference == 0.5)
        #expect(change(-2, -3).difference == -1 && change(-2, -3).relativeDifference == -0.5)
        #expect(change(0, 3).difference == 3 && change(0, 3).relativeDifference == nil)
        #expect(change(.nan, 3).difference == nil && change(.nan, 3).isDifferent)
        #expect(change(.nan, .nan).difference == nil && !change(.nan, .nan).isDifferent)
        #expect(change(.infinity, .infinity).difference == nil && !change(.infinity, .infinity).isDifferent)
        #expect(change(1, .infinity).difference == .infinity)
        #expect(change(.infinity, 1).relativeDifference == nil)
        #expect(change(nil, 1).isDifferent && change(nil, 1).difference == nil)
    }

    @Test func `All names of both sides are compared, in order`() {
        let changes = MetricChange.all(from: ["b": 1, "a": 2], to: ["c": 3, "a": 2]) { $0 == "a" ? .lower : nil }
        #expect(changes.map(\.name) == ["a", "b", "c"])
        #expect(changes.map(\.isDifferent) == [false, true, true])
        #expect(changes[0].direction == .lower)
    }

    @Test(
        arguments: [
            (.integer(1), .real(1), false), (.integer(1), .text("1"), true), (.real(.nan), .real(.nan), false),
            (.list([.integer(1), .text("a")]), .list([.real(1), .text("a")]), false),
            (.list([.integer(1)]), .list([.integer(1), .integer(2)]), true), (ParameterValue.none, nil, true),
            (.truth(true), .text("true"), true), (nil, nil, false),
        ] as [(ParameterValue?, ParameterValue?, Bool)]
    )
    func `Parameters differ by what they are`(old: ParameterValue?, new: ParameterValue?, differs: Bool) {
        let changes = ParameterChange.all(from: old.map { ["p": $0] } ?? [:], to: new.map { ["p": $0] } ?? [:])
        #expect(changes.contains(where: \.isDifferent) == differs)
    }

    @Test(
        arguments: [
            (.truth(true), .text("true"), "true", "\"true\""), (.none, .text("null"), "null", "\"null\""),
            (.list([.integer(1)]), .list([.text("1")]), "[1]", "[\"1\"]"), (.text("a"), .text("b"), "a", "b"),
            (.integer(1), .integer(2), "1", "2"), (.text("a"), .text("a"), "a", "a"),
        ] as [(ParameterValue, ParameterValue, String, String)]
    )
    func `Values that would look alike are told apart`(
        old: ParameterValue,
        new: ParameterValue,
        _ a: String,
        _ b: String
    ) {
        let texts = ParameterChange(name: "p", old: old, new: new).texts
        #expect(texts.old == a && texts.new == b)
    }
}
