import Migration
import ModelCore
import Testing

@Suite struct DVCReportsTests {
    private func reports(_ text: String, at path: String = "dvc.yaml") throws -> DVCReports {
        try DVCReports(parsing: Array(text.utf8), at: RepositoryPath(path))
    }

    @Test func `Metrics and parameters of a project and of its stages are named from where the file lies`() throws {
        let text = """
            metrics:
            - m.json
            - ../top.json
            params:
            - p.yaml
            stages:
              train:
                cmd: train
                wdir: work
                metrics:
                - s.json:
                    cache: false
                params:
                - lr
                - other.yaml:
                  - depth
              each:
                foreach: [1, 2]
                do:
                  metrics: [out/e.yaml, "out/${item}.yaml"]
              odd:
                wdir: ${place}
                metrics: [x.json]
            plots:
            - curve.csv
            """
        let found = try reports(text, at: "sub/dvc.yaml")
        #expect(
            found.metrics.map(\.text) == ["sub/m.json", "sub/out/e.yaml", "sub/work/s.json", "top.json"]
        )
        #expect(found.parameters.map(\.text) == ["sub/p.yaml", "sub/work/other.yaml", "sub/work/params.yaml"])
    }

    @Test(arguments: [
        "", "~", "metrics: m.json", "metrics: [1, [2], {a: 1, b: 2}]", "stages: [a]", "stages: {a: b}",
        "metrics: [../../x, /etc/passwd, 's3://b/k', .git/x]",
    ])
    func `What is no path in the repository is left out`(text: String) throws {
        let found = try reports(text)
        #expect(found.parameters.isEmpty)
        #expect(found.metrics.allSatisfy { ["1", "a", "b"].contains($0.text) })
    }

    @Test(arguments: ["[", "- a", "a: 1\na: 2"])
    func `What is no mapping is refused`(text: String) {
        #expect(throws: FormatError.self) { try reports(text) }
    }
}
