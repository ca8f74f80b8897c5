import ModelCore
import Runs
import Testing

@Suite struct MetricReadingTests {
    private func lines(_ text: String) -> MetricLog { MetricLines.log(of: Array(text.utf8)) }

    @Test func `Numbers of a line are metrics by their keys`() {
        let log = lines(
            """
            {"step": 1, "loss": 0.5, "eval": {"accuracy": 0.8, "note": "text"}, "time": 1700000000.5}
            {"step": 2, "loss": 0.25}

            """
        )
        #expect(log.series.keys.sorted() == ["eval.accuracy", "loss"])
        let time = Timestamp(milliseconds: 1_700_000_000_500)
        #expect(
            log.series["loss"] == [MetricPoint(step: 1, value: 0.5, time: time), MetricPoint(step: 2, value: 0.25)]
        )
        #expect(log.unreadableCount == 0)
    }

    @Test func `A line may be about one metric, and steps may be left out`() {
        let log = lines(#"{"name": "loss", "value": 3}"# + "\n" + #"{"key": "loss", "value": 2}"# + "\n")
        #expect(log.series["loss"] == [MetricPoint(step: 0, value: 3), MetricPoint(step: 1, value: 2)])
    }

    @Test func `Half a line, and a line that is no object, cost only themselves`() {
        let log = lines("{\"loss\": 1}\n[1]\n{\"loss\": 2}\n{\"loss\": 3, \"ste")
        #expect(log.series["loss"]?.map(\.value) == [1, 2])
        #expect(log.unreadableCount == 2)
    }

    @Test func `What is no number in JSON is one here, as Python writes it`() throws {
        let log = lines(#"{"a": NaN, "b": Infinity, "c": -Infinity, "d": "NaN", "e": "word"}"# + "\n")
        #expect(log.series["a"]?.first?.value.isNaN == true)
        #expect(log.series["b"]?.first?.value == .infinity)
        #expect(log.series["c"]?.first?.value == -.infinity)
        #expect(log.series["d"]?.first?.value.isNaN == true)
        #expect(log.series["e"] == nil)
    }

    @Test func `The last value is that of the last step, and of its points the one that came last`() throws {
        let log = lines("{\"step\":5,\"a\":1}\n{\"step\":9,\"a\":2}\n{\"step\":9,\"a\":3}\n{\"step\":7,\"a\":NaN}\n")
        let summary = try #require(log.summaries["a"])
        #expect((summary.value, summary.step) == (3, 9))
        #expect((summary.minimum, summary.maximum, summary.count) == (1, 3, 4))
    }

    @Test func `Tables have a column a metric`() {
        let csv = "epoch,train/loss,\"val,loss\",note\r\n0,1.5,,x\r\n1,0.5,2,y\r\n2,0.4\r\n"
        let log = DelimitedMetrics.log(of: Array(csv.utf8), separator: UInt8(ascii: ","))
        #expect(log.series["train/loss"] == [MetricPoint(step: 0, value: 1.5), MetricPoint(step: 1, value: 0.5)])
        #expect(log.series["val,loss"] == [MetricPoint(step: 1, value: 2)])
        #expect(log.series["note"] == nil)
        #expect(log.unreadableCount == 1)
        let live = "timestamp\tstep\tloss\n1700000000000\t4\t0.1\n"
        let other = DelimitedMetrics.log(of: Array(live.utf8), separator: UInt8(ascii: "\t"))
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        #expect(other.series == ["loss": [MetricPoint(step: 4, value: 0.1, time: time)]])
    }

    @Test func `Two spellings of a nested name are one metric, unless one file has both`() {
        var log = lines(#"{"step": 1, "train/loss": 0.5, "train.loss": 0.25}"# + "\n")
        #expect(log.series.keys.sorted() == ["train.loss", "train/loss"])
        log.fill(from: lines(#"{"step": 1, "train": {"loss": 9}, "val": {"loss": 1}}"# + "\n"))
        log.fill(from: lines(#"{"step": 1, "val/loss": 9}"# + "\n"))
        #expect(log.series.compactMapValues(\.last?.value) == ["train/loss": 0.5, "train.loss": 0.25, "val.loss": 1])
    }

    @Test(arguments: [("dvclive/metrics.json", ["train.loss"]), ("out/metrics.json", ["step", "train.loss"])])
    func `How far a training was is no metric of DVCLive's`(path: String, names: [String]) throws {
        let bytes = Array(#"{"train": {"loss": 0.25}, "step": 4}"#.utf8)
        #expect(try MetricFileKind.document.log(of: bytes, at: path).series.keys.sorted() == names)
    }

    @Test func `The Trainer's history is read`() throws {
        let state =
            #"{"best_metric": null, "log_history": [{"epoch": 1.0, "loss": 0.5, "step": 10}, {"eval_loss": 0.4, "step": 20}]}"#
        let log = try #require(TrainerState.log(of: Array(state.utf8)))
        #expect(log.series["loss"] == [MetricPoint(step: 10, value: 0.5)])
        #expect(log.series["eval_loss"] == [MetricPoint(step: 20, value: 0.4)])
        #expect(TrainerState.log(of: Array("{}".utf8)) == nil)
    }

    @Test func `Lines of MLflow's file store are read with any number of words`() {
        var log = MetricLog()
        MLflowMetrics.add(
            "m",
            of: Array("1700000000000 0.5 3\n1700000000001 nan 4 data digest\nodd\n1 2\n".utf8),
            to: &log
        )
        #expect(log.series["m"]?.map(\.step) == [3, 4, 5])
        #expect(log.series["m"]?[1].value.isNaN == true)
        #expect(log.unreadableCount == 1)
        // The rest of the value is not written yet.
        MLflowMetrics.add("m", of: Array("1700000000002 0.5 6\n1700000000003 0.9".utf8), to: &log)
        #expect(log.series["m"]?.last?.value == 0.5 && log.unreadableCount == 2)
    }

    @Test func `Scalars of TensorBoard are read up to a record that is cut short`() {
        func varint(_ number: UInt64) -> [UInt8] {
            number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F | 0x80)] + varint(number >> 7)
        }
        func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
        func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
            varint(number << 3 | 2) + varint(UInt64(content.count)) + content
        }
        func record(_ event: [UInt8]) -> [UInt8] { bytes(UInt64(event.count)) + [0, 0, 0, 0] + event + [0, 0, 0, 0] }
        func event(step: UInt64, _ value: [UInt8]) -> [UInt8] {
            [1 << 3 | 1] + bytes(1_700_000_000.25) + [2 << 3] + varint(step) + field(5, field(1, value))
        }
        let simple = field(1, Array("loss".utf8)) + [2 << 3 | 5] + bytes(Float(0.5))
        let tensor = field(1, Array("acc".utf8)) + field(8, [1 << 3, 1] + field(4, bytes(Float(0.75))))
        let first = record(event(step: 300, simple))
        let file = record([3 << 3 | 2, 0]) + first + record(event(step: 301, tensor))
        let log = TensorBoardEvents.log(of: file + first.dropLast(3))
        let time = Timestamp(milliseconds: 1_700_000_000_250)
        #expect(log.series["loss"] == [MetricPoint(step: 300, value: 0.5, time: time)])
        #expect(log.series["acc"] == [MetricPoint(step: 301, value: 0.75, time: time)])
        #expect(log.unreadableCount == 1)
        for length in 0..<file.count { _ = TensorBoardEvents.log(of: Array(file[..<length])) }
    }
}
