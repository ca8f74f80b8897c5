import Plots
import Runs
import Testing

@Suite struct PlotReadingTests {
    private func plot(_ text: String, at path: String, as definition: PlotDefinition? = nil) throws -> Plot {
        try Plot(Array(text.utf8), at: path, as: definition)
    }

    private func curves(_ plot: Plot) throws -> Curves {
        guard case .curves(let curves) = plot.data else { throw PlotError(plot.id, "no curves") }
        return curves
    }

    // MARK: DVCLive

    @Test func `A metric of DVCLive's is a curve by its path, and half a row costs only itself`() throws {
        let text = "timestamp\tstep\tloss\n1700000000000\t0\t1.5\n1700000000001\t1\tnan\n1700000000002\t2\t-inf\n17000"
        let plot = try plot(text, at: "dvclive/plots/metrics/train/loss.tsv")
        #expect(plot.title == "train/loss")
        #expect(plot.unreadableCount == 1)
        let curves = try curves(plot)
        #expect(curves.kind == .line && curves.xLabel == "step" && curves.yLabel == "loss")
        let points = try #require(curves.series.first?.points)
        #expect(curves.series.map(\.name) == ["loss"])
        #expect(points.map(\.x) == [0, 1, 2])
        #expect(points[0].y == 1.5 && points[1].y.isNaN && points[2].y == -.infinity)
    }

    @Test func `DVCLive's files of scikit-learn's curves are known by their fields`() throws {
        let roc = try plot(
            #"{"roc": [{"fpr": 0.0, "tpr": 0.5, "threshold": Infinity}, {"fpr": 1, "tpr": 1.0, "threshold": 0.1}]}"#,
            at: "dvclive/plots/sklearn/roc.json"
        )
        #expect(roc.title == "ROC" && roc.data.kind == "roc")
        #expect(try curves(roc).series == [PlotSeries("tpr", [PlotPoint(0, 0.5), PlotPoint(1, 1)])])
        let precision = try plot(
            #"{"precision_recall": [{"precision": 0.5, "recall": 1.0, "threshold": 0.1}], "average_precision": 0.8}"#,
            at: "plots/sklearn/precision_recall.json"
        )
        #expect(precision.data.kind == "precision-recall")
        #expect(try curves(precision).series.map(\.points) == [[PlotPoint(1, 0.5)]])
        let calibration = try plot(#"{"calibration": [{"prob_true": 0.2, "prob_pred": 0.1}]}"#, at: "c.json")
        #expect(calibration.data.kind == "calibration" && calibration.title == "Calibration: c")
        #expect(try curves(calibration).series.map(\.points) == [[PlotPoint(0.1, 0.2)]])
        let det = try plot(#"{"det": [{"fpr": 0.2, "fnr": 0.1, "threshold": 1}]}"#, at: "plots/sklearn/det.json")
        #expect(det.data.kind == "det")
    }

    @Test func `A confusion matrix counts examples, its classes in order`() throws {
        let rows = [("10", "9"), ("9", "9"), ("10", "9"), ("1", "10")].map {
            #"{"actual": "\#($0.0)", "predicted": "\#($0.1)"}"#
        }
        let plot = try plot("[\(rows.joined(separator: ","))]", at: "plots/sklearn/confusion_matrix.json")
        guard case .confusion(let matrix) = plot.data else { throw PlotError(plot.id, "no matrix") }
        #expect(matrix.labels == ["1", "9", "10"])
        let cells = matrix.cells.map { [$0.actual, $0.predicted, $0.count] }
        #expect(cells == [[0, 2, 1], [1, 1, 1], [2, 1, 2]])
        #expect(matrix.scale == .counts && plot.title == "Confusion matrix")
    }

    // MARK: Any file

    @Test func `Numbers of a table are curves over its step`() throws {
        let text = "epoch,train_loss,\"val,loss\",time,note,\n0,1, 2 ,9,x,1\n1,,1.5,10,y,1\n"
        let curves = try curves(plot(text, at: "results.csv"))
        #expect(curves.xLabel == "epoch" && curves.yLabel.isEmpty)
        #expect(
            curves.series == [
                PlotSeries("train_loss", [PlotPoint(0, 1)]),
                PlotSeries("val,loss", [PlotPoint(0, 2), PlotPoint(1, 1.5)]),
            ]
        )
    }

    @Test func `Objects may be nested, in several lists, and lack fields`() throws {
        let text = """
            {"a": {"rows": [{"step": 5, "m": {"x": 1}}, 3, {"step": 7, "m": {"x": "2.5"}}, {"step": 8}]},
             "b": [{"other": 1}, {"other": true}, {"other": null}]}
            """
        let plot = try plot(text, at: "nested.json")
        #expect(plot.unreadableCount == 1)
        #expect(
            try curves(plot).series == [
                PlotSeries("m.x", [PlotPoint(5, 1), PlotPoint(7, 2.5)]), PlotSeries("other", [PlotPoint(5, 1)]),
            ]
        )
    }

    @Test func `YAML is read as JSON is, and rows without a step have their position`() throws {
        let curves = try curves(plot("rows:\n- {v: 1.5}\n- {v: 0.5}\n- {v: ~}\n- {v: '2'}\n", at: "values.yaml"))
        #expect(curves.xLabel == "row")
        #expect(curves.series == [PlotSeries("v", [PlotPoint(0, 1.5), PlotPoint(1, 0.5), PlotPoint(3, 2)])])
    }

    @Test(arguments: [
        ("plots/sklearn/roc.json", #"{"roc": [{"fpr": 0"#, "the JSON is cut short"),
        ("a.json", "[1, 2]", "there is no list of objects in it"), ("a.json", "[]", "it has no rows"),
        ("a.json", #"{"accuracy": 0.9}"#, "there is no list of objects in it"), ("a.csv", "", "it has no rows"),
        ("a.csv", "a,b\n1\n", "none of its rows can be read"),
        ("a.tsv", "a\tb\nx\ty\n", "none of its fields has numbers to draw"),
        ("a.txt", "1", "its name ends with none of .json, .yaml, .yml, .csv and .tsv"),
        ("a.PNG", "GIF", "it is no PNG, JPEG, GIF, WebP or SVG image"), ("a.yml", "a: [", "the YAML is damaged"),
        ("a\u{1B}.json", "[", "\"a\\033.json\": the JSON is cut short"),
        ("a.csv", String(repeating: "x,", count: 1000), "it has more than 1000 fields"),
    ])
    func `What cannot be drawn is named`(path: String, text: String, problem: String) {
        let error = #expect(throws: PlotError.self) { try plot(text, at: path) }
        #expect(error?.description.contains(problem) == true)
    }

    @Test func `Rows cannot make columns without end`() {
        let rows = (0..<1100).map { #"{"k\#($0)": 1}"# }.joined(separator: ",")
        #expect(throws: PlotError("a.json", "it has more than 1000 fields")) { try plot("[\(rows)]", at: "a.json") }
    }

    // MARK: Definitions

    @Test func `Fields are taken as they are defined`() throws {
        var definition = PlotDefinition(id: "a.csv")
        definition.x = [PlotDefinition.Field("t")]
        definition.y = [PlotDefinition.Field("b"), PlotDefinition.Field("a")]
        (definition.xLabel, definition.title) = ("time", "Title")
        let plot = try plot("t,a,b\n1,2,3\n", at: "a.csv", as: definition)
        #expect(plot.title == "Title")
        let curves = try curves(plot)
        #expect(curves.xLabel == "time")
        #expect(curves.series == [PlotSeries("b", [PlotPoint(1, 3)]), PlotSeries("a", [PlotPoint(1, 2)])])
        definition.y = [PlotDefinition.Field("c")]
        let error = #expect(throws: PlotError.self) { try self.plot("t,a,b\n1,2,3\n", at: "a.csv", as: definition) }
        #expect(error?.problem == "it has no field c, but t, a, b")
    }

    @Test func `Series of several files are told apart by file`() throws {
        var definition = PlotDefinition(id: "losses")
        definition.x = [PlotDefinition.Field("step")]
        definition.y = [
            PlotDefinition.Field("loss", in: "d/train/loss.tsv"), PlotDefinition.Field("loss", in: "d/val/loss.tsv"),
        ]
        #expect(definition.files == ["d/train/loss.tsv", "d/val/loss.tsv"] && !definition.isPath)
        let files = [
            "d/train/loss.tsv": Array("step\tloss\n0\t1\n".utf8), "d/val/loss.tsv": Array("step\tloss\n4\t2\n".utf8),
        ]
        let series = try curves(Plot(definition, files: files)).series
        #expect(
            series == [PlotSeries("train/loss", [PlotPoint(0, 1)]), PlotSeries("val/loss", [PlotPoint(4, 2)])]
        )
        #expect(throws: PlotError("losses", "d/val/loss.tsv is missing")) {
            try Plot(definition, files: ["d/train/loss.tsv": Array("step\tloss\n0\t1\n".utf8)])
        }
    }

    @Test func `X of another file joins row by row, or not at all`() throws {
        var definition = PlotDefinition(id: "p")
        definition.x = [PlotDefinition.Field("t", in: "x.csv")]
        definition.y = [PlotDefinition.Field("v", in: "y.csv")]
        let y = Array("v\n1\n2\n".utf8)
        let joined = try Plot(definition, files: ["x.csv": Array("t\n10\n20\n".utf8), "y.csv": y])
        #expect(try curves(joined).series.map(\.points) == [[PlotPoint(10, 1), PlotPoint(20, 2)]])
        #expect(throws: PlotError("p", "t and v have 1 and 2 rows")) {
            try Plot(definition, files: ["x.csv": Array("t\n10\n".utf8), "y.csv": y])
        }
    }

    @Test func `Several x of one file belong to its y in their order`() throws {
        var definition = PlotDefinition(id: "roc")
        definition.x = [PlotDefinition.Field("fa", in: "r.csv"), PlotDefinition.Field("fb", in: "r.csv")]
        definition.y = [PlotDefinition.Field("ta", in: "r.csv"), PlotDefinition.Field("tb", in: "r.csv")]
        let series = try curves(Plot(definition, files: ["r.csv": Array("fa,ta,fb,tb\n1,2,3,4\n".utf8)])).series
        #expect(series == [PlotSeries("ta", [PlotPoint(1, 2)]), PlotSeries("tb", [PlotPoint(3, 4)])])
    }

    @Test func `Bars of two files have as many names as numbers`() throws {
        var definition = PlotDefinition(id: "b")
        definition.template = .barHorizontal
        (definition.x, definition.y) = (
            [PlotDefinition.Field("v", in: "x.csv")], [PlotDefinition.Field("n", in: "y.csv")]
        )
        #expect(throws: PlotError("b", "its names and numbers have 2 and 1 rows")) {
            try Plot(definition, files: ["x.csv": Array("v\n1\n".utf8), "y.csv": Array("n\na\nb\n".utf8)])
        }
    }

    @Test func `Templates say what is drawn`() throws {
        var definition = PlotDefinition(id: "a.csv")
        definition.template = .barHorizontalSorted
        let bars = try plot("name,value\na,1\nb,nan\nc,x\n", at: "a.csv", as: definition)
        guard case .bars(let found) = bars.data else { throw PlotError(bars.id, "no bars") }
        #expect(found.bars.map(\.name) == ["a", "b"] && found.order == .descending && found.valueLabel == "value")
        definition.template = .scatter
        #expect(try plot("x,y\n1,2\n", at: "a.csv", as: definition).data.kind == "scatter")
        definition.template = .confusionNormalized
        (definition.x, definition.y) = ([PlotDefinition.Field("x")], [PlotDefinition.Field("y")])
        #expect(try plot("x,y\ncat,dog\n", at: "a.csv", as: definition).data.kind == "confusion-normalized")
        definition.template = .simple
        definition.hasHeader = false
        (definition.x, definition.y) = ([PlotDefinition.Field("0")], [PlotDefinition.Field("1")])
        #expect(try curves(plot("1,2\n3,4\n", at: "a.csv", as: definition)).series.first?.points.count == 2)
    }

    @Test func `What a run logged is a curve a metric`() throws {
        var log = MetricLog()
        log.add("loss", 0.5, step: 3)
        log.add("accuracy", .nan, step: 4)
        let plots = Plot.curves(of: log)
        #expect(plots.map(\.id) == ["accuracy", "loss"])
        #expect(try curves(plots[1]).series == [PlotSeries("loss", [PlotPoint(3, 0.5)])])
    }
}
