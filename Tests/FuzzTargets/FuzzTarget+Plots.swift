import Plots

extension FuzzTarget {
    /// Plots that training scripts leave: whatever is drawn of them runs nothing, and is drawn again alike.
    static let plots: [FuzzTarget] = [
        FuzzTarget(name: "plot", seeds: plotFiles) { bytes in
            // The first byte stands for the file's name.
            guard let first = bytes.first else { return }
            let name = FuzzTarget.plotNames[Int(first) % FuzzTarget.plotNames.count]
            guard let plot = try? Plot(Array(bytes.dropFirst()), at: name) else { return }
            for figure in PlotFigure.figures(of: [PlotFigure.Part("a", plot), PlotFigure.Part("b", plot)]) {
                let page = figure.html(id: FigureID(name))
                try require(!page.contains("<script"), "something in it would run")
                try require(page == figure.html(id: FigureID(name)), "it is drawn differently")
            }
        },
        FuzzTarget(name: "dvc.yaml", seeds: plotDefinitions) { bytes in
            guard let found = try? PlotDefinitions(parsing: bytes, at: "a/dvc.yaml") else { return }
            let files = found.definitions.filter(\.isPath).flatMap(\.files)
            let leaves = files.contains { $0.hasPrefix("/") || $0.split(separator: "/").contains("..") }
            try require(!leaves, "a path leads elsewhere")
        },
    ]

    private static let plotNames = ["a.json", "a.csv", "a.tsv", "a.yaml", "a.svg", "a.png"]

    private static let plotFiles: [[UInt8]] = [
        (0, #"{"roc": [{"fpr": 0, "tpr": 1, "threshold": Infinity}, {"fpr": NaN, "tpr": 1e308}]}"#),
        (0, #"[{"actual": "<script>", "predicted": "\u0000"}, {"actual": "1", "predicted": "2"}]"#),
        (0, #"{"a": [{"step": 1, "x": -1e308}, {"step": 1, "x": 5e-324}], "b": [[{}]], "c": [{"k": [{"l": 1}]}]}"#),
        (1, "step,a,a\n1,1e-9,\"2\n3,nan,inf\n"), (2, "step\tloss\n0\t1\n1\t"), (3, "- {v: 1}\n- {v: .inf}\n"),
        (4, "<svg><script>alert(1)</script></svg>"), (5, "<svg/>"),
    ].map { (name: UInt8, text: String) in [name] + Array(text.utf8) }

    private static let plotDefinitions: [[UInt8]] = [
        "plots:\n- a/b: {x: step, y: [a, b], template: scatter}\n- c: {y: {d.csv: e, ./f: [g]}}\n- h\n",
        "stages:\n  a: {wdir: ., plots: [b: {header: false}, ../../c]}\nplots: {d: ~, /e: 1}\n",
    ].map { Array($0.utf8) }
}
