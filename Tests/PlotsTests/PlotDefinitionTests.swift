import Plots
import Testing

@Suite struct PlotDefinitionTests {
    private static let document = """
        plots:
          - dvclive/plots/metrics:
              x: step
          - dvclive/plots/images
          - dvclive/plots/sklearn/confusion_matrix.json:
              template: confusion_normalized
              x: actual
              y: predicted
              title: Classes
              x_label: True Label
          - losses:
              x: step
              y:
                dvclive/plots/metrics/train/loss.tsv: loss
                ./dvclive/plots/metrics/val/loss.tsv: [loss, best]
              y_label: loss
          - odd.csv: {template: violin}
          - ../../out.csv
          - /etc/passwd
        stages:
          fit:
            cmd: train
            wdir: sub
            plots:
              - importance.csv: {template: bar_horizontal_sorted, x: value, y: name, cache: false, header: false}
              - curve.tsv
          other:
            cmd: train
        """

    private func definitions(_ text: String, at path: String = "exp/dvc.yaml") throws -> PlotDefinitions {
        try PlotDefinitions(parsing: Array(text.utf8), at: path)
    }

    @Test func `Plots of the file and of its stages are read, with paths from the top`() throws {
        let found = try definitions(PlotDefinitionTests.document)
        #expect(
            found.definitions.map(\.id) == [
                "exp/dvclive/plots/metrics", "exp/dvclive/plots/images",
                "exp/dvclive/plots/sklearn/confusion_matrix.json", "losses", "exp/sub/importance.csv",
                "exp/sub/curve.tsv",
            ]
        )
        let matrix = found.definitions[2]
        #expect(matrix.template == .confusionNormalized && matrix.title == "Classes" && matrix.xLabel == "True Label")
        #expect(matrix.x == [PlotDefinition.Field("actual")] && matrix.y == [PlotDefinition.Field("predicted")])
        let losses = found.definitions[3]
        let (train, val) = ("exp/dvclive/plots/metrics/train/loss.tsv", "exp/dvclive/plots/metrics/val/loss.tsv")
        #expect(
            Set(losses.y) == [
                PlotDefinition.Field("loss", in: train), PlotDefinition.Field("loss", in: val),
                PlotDefinition.Field("best", in: val),
            ]
        )
        #expect(Set(losses.files) == [train, val] && losses.yLabel == "loss")
        #expect(!found.definitions[4].hasHeader && found.definitions[5].hasHeader)
    }

    @Test func `A plot that cannot be understood is named, and costs only itself`() throws {
        let problems = try definitions(PlotDefinitionTests.document).problems
        #expect(problems.map(\.source) == ["odd.csv", "../../out.csv", "/etc/passwd"])
        #expect(problems[0].problem.hasPrefix("its template violin is none of linear, simple"))
        #expect(problems[1].problem == "../../out.csv leaves the repository")
    }

    @Test func `What is said of a directory is said of its files`() throws {
        let found = try definitions(PlotDefinitionTests.document + "\n")
        let path = "exp/dvclive/plots/metrics/train/loss.tsv"
        let definition = try #require(found.definition(of: path))
        #expect(definition.id == path && definition.x == [PlotDefinition.Field("step")])
        #expect(found.definition(of: "exp/dvclive/plots/sklearn/confusion_matrix.json")?.title == "Classes")
        #expect(found.definition(of: "exp/dvclive/plots/metrics2/x.tsv") == nil)
        #expect(found.definition(of: "losses") == nil)
    }

    @Test(arguments: ["", "plots:\n", "stages: {a: {plots: 3}}\n", "plots: {a.csv: {x: t}}\n"])
    func `A file may say little`(text: String) throws {
        let found = try definitions(text, at: "dvc.yaml")
        #expect(found.problems.isEmpty && found.definitions.count <= 1)
    }

    @Test(arguments: ["- a", "plots: [", "3"])
    func `What is no mapping is refused`(text: String) {
        #expect(throws: PlotError.self) { try definitions(text) }
    }

    @Test(arguments: [
        "plots: [{a.csv: 3}]\n", "plots: [{a: {y: {../../b: c}}}]\n", "stages: {a: {wdir: /, plots: [b]}}\n",
    ])
    func `What is said wrongly is a problem`(text: String) throws {
        #expect(try definitions(text).problems.count == 1)
    }
}
