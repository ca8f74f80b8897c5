import FoundationEssentials
import ModelCore
import Testing

@testable import Plots

@Suite struct FigureTests {
    /// What may not become an element, an attribute, a control of a terminal, or a change of direction.
    private static let hostile = "</title><script>alert(1)</script>\"'&amp;\u{1B}[31m\u{202E}\u{0}]]>"
    private let id = FigureID("a/b c")

    private func figure(_ parts: (String, PlotData)..., title: String = "Title") throws -> PlotFigure {
        let figures = PlotFigure.figures(
            of: parts.map { PlotFigure.Part($0.0, Plot(id: "p", title: title, data: $0.1)) }
        )
        return try #require(figures.first)
    }

    private func line(_ series: [String: [Double]], _ kind: Curves.Kind = .line) -> PlotData {
        let series = series.sorted { $0.key < $1.key }.map { name, values in
            PlotSeries(name, values.enumerated().map { PlotPoint(Double($0.offset), $0.element) })
        }
        return .curves(Curves(kind, xLabel: "step", yLabel: "loss", series))
    }

    private func drawing(_ figure: PlotFigure) throws -> WellFormedXML {
        try WellFormedXML(try #require(figure.svg(id: id)))
    }

    private func paths(_ drawing: WellFormedXML, _ name: String) -> [String] {
        drawing.elements.filter { $0.attributes["class"]?.hasPrefix(name) == true }.compactMap { $0.attributes["d"] }
    }

    /// One of each kind, all of whose names are hostile.
    private var hostileData: [PlotData] {
        let name = FigureTests.hostile
        let points = PlotSeries(name, [PlotPoint(0, 1), PlotPoint(1, .nan), PlotPoint(2, 1e-9)])
        let curves = Curves.Kind.allCases.map { kind in
            PlotData.curves(Curves(kind, xLabel: name, yLabel: name, [points, points]))
        }
        let examples = [ConfusionMatrix.Example(actual: name, predicted: "b")]
        return curves + [
            .confusion(ConfusionMatrix(examples, scale: .rows, actualName: name, predictedName: name)),
            .bars(Bars([Bars.Bar(name, 1), Bars.Bar("b", -.infinity)], valueLabel: name)),
        ]
    }

    // MARK: What holds of every drawing

    @Test func `Names by anybody are texts, and nothing runs or comes from elsewhere`() throws {
        for data in hostileData {
            let figure = try figure((FigureTests.hostile, data), ("b", data), title: FigureTests.hostile)
            let svg = try #require(figure.svg(id: id))
            let drawing = try WellFormedXML(svg)
            let known: Set<String> = ["svg", "title", "desc", "style", "rect", "path", "text", "pattern"]
            #expect(Set(drawing.elements.map(\.name)).isSubset(of: known))
            let attributes = Set(drawing.elements.flatMap { $0.attributes.keys })
            #expect(!attributes.contains { $0.hasPrefix("on") || $0.contains("href") })
            #expect(svg.ranges(of: "http").count == 1 && svg.contains("xmlns=\"http://www.w3.org/2000/svg\""))
            #expect(!svg.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
            #expect(drawing.texts(of: "title").first?.hasPrefix("</title><script>alert(1)</script>\"'&amp;") == true)
            #expect(figure.html(id: id) == svg)
        }
    }

    @Test func `A drawing says what it is, and its ids and colours are its own`() throws {
        for data in hostileData {
            let drawing = try drawing(figure(("a", data)))
            let root = try #require(drawing.elements.first)
            #expect(root.attributes["role"] == "img" && root.attributes["viewBox"]?.hasPrefix("0 0 480 ") == true)
            #expect(root.attributes["id"] == "plot-a_2fb_20c")
            let ids = drawing.values(of: "id")
            #expect(Set(ids).count == ids.count && ids.allSatisfy { $0.hasPrefix("plot-a_2fb_20c") })
            let labels = try #require(root.attributes["aria-labelledby"]).split(separator: " ").map(String.init)
            #expect(labels.allSatisfy { ids.contains($0) } && labels.count == 2)
            let style = try #require(drawing.texts(of: "style").first)
            #expect(style.contains("@media (prefers-color-scheme:dark){#plot-a_2fb_20c "))
            let rules = style.split(separator: "}").map { $0.split(separator: "{") }
            let heads = rules.flatMap { $0.dropLast() }.filter { !$0.hasPrefix("@") }
            let selectors = heads.flatMap { $0.split(separator: ",") }
            #expect(selectors.count > 20 && selectors.allSatisfy { $0.hasPrefix("#plot-a_2fb_20c") })
        }
        #expect(FigureID("a/b").text != FigureID("a_2fb").text && FigureID("ä").text == "plot-_c3_a4")
    }

    @Test func `The order in which data come changes nothing`() throws {
        let examples = (0..<300).map { ConfusionMatrix.Example(actual: "\($0 % 7)", predicted: "\($0 % 5)") }
        let matrices = [examples, examples.reversed(), examples.shuffled()].map { ConfusionMatrix($0) }
        #expect(Set(matrices).count == 1)
        let drawings = try matrices.map { try figure(("a", .confusion($0))).svg(id: id) }
        #expect(Set(drawings).count == 1)
    }

    // MARK: Curves

    @Test func `What is no number is a gap, and a point between gaps is a dot`() throws {
        let data = line(["a": [1, 2, .nan, 3, .infinity, 4, 5]])
        let drawing = try drawing(figure(("v1", data)))
        let path = try #require(paths(drawing, "line").first)
        #expect(path.ranges(of: "M").count == 3 && path.ranges(of: "L").count == 2)
        #expect(!drawing.values(of: "d").contains { $0.contains("n") || $0.contains("i") })
        #expect(drawing.texts(of: "desc").first?.contains("2 are no numbers") == true)
        let nothing = try self.drawing(figure(("v1", line(["a": [.nan, -.infinity]]))))
        #expect(paths(nothing, "line").isEmpty && paths(nothing, "dots").isEmpty)
        #expect(paths(nothing, "grid").count == 1)
    }

    @Test func `A million points are a small drawing, with its spike at the top`() throws {
        var values = [Double](repeating: 0.5, count: 1_000_000)
        values[654_321] = 10
        let figure = try figure(("v1", line(["a": values])))
        let svg = try #require(figure.svg(id: id))
        #expect(svg.utf8.count < 40_000)
        let path = try #require(paths(try WellFormedXML(svg), "line").first)
        let heights = path.split(whereSeparator: { "ML".contains($0) }).compactMap { $0.split(separator: " ").last }
        #expect(Set(heights.compactMap { Double($0) }).count == 2)
    }

    @Test func `Values of more than three decades are on a logarithmic axis, others are not`() throws {
        let wide = try drawing(figure(("v1", line(["a": [1e-6, 1]]))))
        #expect(wide.texts(of: "text").contains("loss, logarithmic") && wide.texts(of: "text").contains("1e-6"))
        for values in [[0.01, 1], [-1e-6, 1], [0, 1]] {
            let other = try drawing(figure(("v1", line(["a": values]))))
            #expect(other.texts(of: "text").contains("loss"))
        }
    }

    @Test func `Revisions have their colours and dashes`() throws {
        let one = try drawing(figure(("v1", line(["a": [1, 2]])), ("v2", line(["a": [2, 1]]))))
        #expect(one.texts(of: "text").contains("v1") && one.texts(of: "text").contains("v2"))
        #expect(one.values(of: "class").filter { $0 == "line c0 d0" }.count == 2)
        #expect(one.values(of: "class").filter { $0 == "line c1 d1" }.count == 2)
        let data = line(["a": [1, 2], "b": [3, 4]])
        let several = try drawing(figure(("v1", data), ("v2", data)))
        let classes = Set(several.values(of: "class").filter { $0.hasPrefix("line") })
        #expect(classes == ["line c0 d0", "line c0 d1", "line c1 d0", "line c1 d1"])
        #expect(several.texts(of: "text").contains("v2: b"))
        let alone = try drawing(figure(("v1", line(["a": [1, 2]]))))
        #expect(!alone.texts(of: "text").contains("v1"))
    }

    @Test func `More lines than can be told apart are counted`() throws {
        let data = line(Dictionary(uniqueKeysWithValues: (0..<40).map { ("s\($0)", [1, 2]) }))
        let drawing = try drawing(figure(("v1", data), ("v2", data)))
        #expect(drawing.texts(of: "text").contains("68 more lines are not drawn"))
        let classes = drawing.values(of: "class").filter { $0.hasPrefix("line") }
        #expect(classes.count == 24 && Set(classes).count == 12)
        let many = try self.drawing(figure(("v1", data)))
        #expect(many.texts(of: "text").contains("24 more lines are not drawn"))
        #expect(Set(many.values(of: "class").filter { $0.hasPrefix("line") }).count == 16)
        let pair = line(["a": [1, 2], "b": [2, 1]])
        let parts = (0..<8).map { PlotFigure.Part("v\($0)", Plot(id: "p", title: "Title", data: pair)) }
        let revisions = try self.drawing(try #require(PlotFigure.figures(of: parts).first))
        #expect(Set(revisions.values(of: "class").filter { $0.hasPrefix("line") }).count == 16)
    }

    @Test func `Shares have axes from 0 to 1 and, where it means something, a diagonal`() throws {
        let roc = try drawing(figure(("v1", line(["tpr": [0.25, 0.5]], .roc))))
        #expect(roc.texts(of: "text").filter { $0 == "1" }.count == 2)
        #expect(paths(roc, "diagonal").count == 1)
        let precision = try drawing(figure(("v1", line(["p": [0.25, 0.5]], .precisionRecall))))
        #expect(paths(precision, "diagonal").isEmpty)
    }

    // MARK: Matrices, bars and pictures

    @Test func `Matrices show counts or shares of rows, beside each other`() throws {
        let examples = [("a", "a"), ("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")].map {
            ConfusionMatrix.Example(actual: $0.0, predicted: $0.1)
        }
        let counts = try drawing(figure(("v1", .confusion(ConfusionMatrix(examples)))))
        #expect(counts.texts(of: "title").contains("a as b: 1, 25% of the row"))
        #expect(Set(["0", "1", "2", "3", "a", "b"]).isSubset(of: counts.texts(of: "text")))
        let matrix = PlotData.confusion(ConfusionMatrix(examples, scale: .rows))
        let shares = try drawing(figure(("v1", matrix), ("v2", matrix)))
        #expect(shares.texts(of: "text").filter { $0 == "75%" }.count == 2)
        #expect(shares.texts(of: "text").contains("v1") && shares.texts(of: "text").contains("v2"))
        #expect(shares.texts(of: "desc").first?.contains("v1: 6 examples, 83% on the diagonal.") == true)
    }

    @Test func `Of many classes the most frequent have rows, the others one`() throws {
        let examples = (0..<50).flatMap { label in
            (0...label).map { ConfusionMatrix.Example(actual: "\(label)", predicted: "\($0 == 0 ? 0 : label)") }
        }
        let drawing = try drawing(figure(("v1", .confusion(ConfusionMatrix(examples)))))
        #expect(drawing.texts(of: "text").contains("49") && drawing.texts(of: "text").contains("31 others"))
        #expect(drawing.values(of: "class").filter { $0.hasPrefix("h") }.count == 400)
    }

    @Test func `Bars are in order, to either side of zero, and say what is no number`() throws {
        let bars = [Bars.Bar("a", -1), Bars.Bar("b", .nan), Bars.Bar("c", 2)]
        let data = PlotData.bars(Bars(bars, valueLabel: "gain", order: .descending))
        let drawing = try drawing(figure(("v1", data)))
        let texts = drawing.texts(of: "text")
        #expect(texts.filter { ["a", "b", "c"].contains($0) } == ["c", "a", "b"])
        #expect(texts.contains("NaN") && texts.contains("-1") && texts.contains("gain"))
        let drawn = drawing.elements.filter { $0.attributes["class"] == "a0" }
        let widths = drawn.compactMap { $0.attributes["width"] }.compactMap { Double($0) }
        #expect(widths.count == 3 && (widths[0] - 2 * widths[1]).magnitude < 0.2 && widths[2] < 1)
    }

    @Test func `A picture is the source of an image, where nothing in it runs`() throws {
        let svg = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"
        let image = try #require(PlotImage(Array(svg.utf8)))
        let figure = try figure((FigureTests.hostile, .image(image)), ("v2", .image(image)), title: FigureTests.hostile)
        #expect(figure.svg(id: id) == nil)
        let page = try WellFormedXML(figure.html(id: id))
        #expect(Set(page.elements.map(\.name)) == ["figure", "figcaption", "img"])
        let source = "data:image/svg+xml;base64,\(svg.base64)"
        #expect(page.values(of: "src") == [source, source])
        #expect(page.values(of: "alt").count == 2)
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
            (Array("GIF89a".utf8), "image/gif"), (Array("RIFF....WEBPVP8 ".utf8), "image/webp"),
            (Array("<!-- x -->\n<svg/>".utf8), "image/svg+xml"), (Array("<html>".utf8), nil), ([], nil),
        ] as [([UInt8], String?)]
    )
    func `Pictures are known by their bytes`(bytes: [UInt8], type: String?) {
        #expect(PlotImage(bytes)?.mediaType.rawValue == type)
    }

    // MARK: Reports

    @Test func `Reports have all data as they were recorded`() throws {
        let values = (0..<5000).map { $0 == 7 ? Double.nan : Double($0) / 8 }
        let figure = try figure(("v1", line(["a": values])), ("v2", line(["a": [-.infinity]])))
        let encoder = JSONEncoder()
        let report = try JSONValue(parsing: Array(try encoder.encode(figure)))
        #expect(report.object?["kind"]?.string == "line" && report.object?["id"]?.string == "p")
        let revisions = try #require(report.object?["revisions"]?.array)
        #expect(revisions.compactMap { $0.object?["revision"]?.string } == ["v1", "v2"])
        let series = revisions.compactMap { $0.object?["data"]?.object?["series"]?.array?.first }
        let points = series.compactMap { $0.object?["points"]?.array }
        #expect(points.map(\.count) == [5000, 1])
        #expect(points[0][4999].array?.compactMap(\.double) == [4999, 4999.0 / 8])
        #expect(points[0][7].array?.last?.string == "NaN" && points[1][0].array?.last?.string == "-Infinity")
    }

    @Test func `Plots of one id and kind are one figure`() throws {
        let curve = Plot(id: "a", title: "A", data: line(["a": [1]]))
        let bars = Plot(id: "a", title: "A", data: .bars(Bars([Bars.Bar("x", 1)])))
        let other = Plot(id: "b", title: "B", data: line(["a": [1]]))
        let parts = [("v1", curve), ("v1", other), ("v2", bars), ("v2", other), ("v3", curve)]
        let figures = PlotFigure.figures(of: parts.map { PlotFigure.Part($0.0, $0.1) })
        #expect(figures.map(\.id) == ["a", "b", "a"] && figures.map(\.kind) == ["line", "line", "bars"])
        #expect(figures.map { $0.parts.map(\.revision) } == [["v1", "v3"], ["v1", "v2"], ["v2"]])
    }

    // MARK: Heat strips

    @Test func `Revisions may be called otherwise`() throws {
        let figure = try figure(("1a2b", line(["a": [1, 2]])), ("v2", line(["a": [2, 1]])))
        #expect(figure.renamed(["1a2b": "before", "3c4d": "after"]).parts.map(\.revision) == ["before", "v2"])
    }

    @Test func `A strip shows each cell's value, and what is not known as such`() throws {
        let known = [HeatStrip.Cell("layer.0", 0), HeatStrip.Cell("layer.1", 1)]
        let unknown = [HeatStrip.Cell(FigureTests.hostile, nil), HeatStrip.Cell("n", Double.nan)]
        let drawing = try WellFormedXML(HeatStrip("Changes", known + unknown).svg(id: id))
        let titles = drawing.texts(of: "title")
        #expect(titles.contains("layer.0: 0") && titles.contains("layer.1: 1") && titles.contains("n: not known"))
        let cellClasses = drawing.values(of: "class").filter { $0 == "unknown" || $0.hasPrefix("h") }
        #expect(cellClasses.starts(with: ["hatch", "h0", "h9", "unknown", "unknown"]))
        #expect(drawing.texts(of: "desc") == ["4 cells, 1 above 0, 2 not known, most in layer.1."])
        #expect(HeatStrip.Cell("a", 3).value == 1 && HeatStrip.Cell("a", -1).value == 0)
    }

    @Test func `Neighbours of a long strip are drawn as one, in the colour of the greatest`() throws {
        let cells = (0..<1000).map { HeatStrip.Cell("l\($0)", $0 == 500 ? 1 : 0) }
        let drawing = try WellFormedXML(HeatStrip("Changes", cells).svg(id: id))
        #expect(drawing.texts(of: "title").filter { $0.hasPrefix("l") }.count == 143)
        #expect(drawing.texts(of: "title").contains("l497 … l503 (7): 1"))
        #expect(try WellFormedXML(HeatStrip("", []).svg(id: id)).texts(of: "desc") == ["0 cells, 0 above 0."])
    }
}
