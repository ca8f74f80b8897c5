import ModelCore
import Monitoring
import Testing

/// What is read of the payloads that people send.
@Suite struct PayloadReaderTests {
    private static func table(_ text: String, _ paths: PayloadPaths = PayloadPaths(), _ columns: [String] = ["a", "b"])
        -> PayloadTable
    {
        PayloadReader(paths, columns: columns).features(in: Array(text.utf8))
    }

    @Test(arguments: [
        #"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, "x"], [2, null]]}}"#,
        #"{"dataframe_split": {"data": [[1, "x"], [2, null]]}, "params": {}}"#,
        #"{"dataframe_records": [{"a": 1, "b": "x"}, {"a": 2.0, "b": NaN}]}"#,
        #"{"instances": [[1, "x"], [2, ""]]}"#, #"{"instances": [{"a": 1, "b": "x"}, {"a": 2, "b": null}]}"#,
        #"{"inputs": {"a": [1, 2], "b": ["x", null]}}"#, #"{"inputs": [[1, "x"], [2, null]]}"#,
        #"{"inputs": [{"name": "a", "shape": [2], "datatype": "FP32", "data": [1, 2]}, {"name": "b", "shape": [2, 1], "datatype": "BYTES", "data": [["x"], [""]]}]}"#,
        #"{"inputs": [{"name": "x", "shape": [2, 2], "datatype": "BYTES", "data": [1, "x", 2, null]}]}"#,
        "a,b\n1,x\n2,\n",
    ]) func `Every form has the same rows`(text: String) {
        let table = Self.table(text)
        #expect(table.rows == 2)
        #expect(table.columns == ["a": [.number(1), .number(2)], "b": [.text("x"), .missing]])
    }

    @Test(arguments: [
        "", "{", "[1, 2]", "7", "{}", #"{"instances": 7}"#, #"{"inputs": "x"}"#, "\u{0}\u{1}",
        #"{"inputs": [{"name": "a", "shape": [3], "data": [1, 2]}]}"#.replacing("inputs", with: "outputs"),
    ]) func `What has no rows has none`(text: String) {
        #expect(Self.table(text).rows == 0)
    }

    @Test func `Paths lead to rows, to a list of rows, or to the values of one row`() throws {
        let records = #"{"in": {"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": null}]}}"#
        for path in ["$.in.rows", "$.in.rows[*]"] {
            let table = Self.table(records, try PayloadPaths(features: path))
            #expect(table.columns == ["a": [.number(1), .number(2)], "b": [.text("x"), .missing]])
        }
        let row = #"{"in": [1, "x"]}"#
        for path in ["$.in", "$.in[*]"] {
            let table = Self.table(row, try PayloadPaths(features: path))
            #expect(table.rows == 1 && table.columns == ["a": [.number(1)], "b": [.text("x")]])
        }
        #expect(throws: FormatError.self) { try PayloadPaths(features: "rows") }
    }

    @Test(arguments: [
        (#"{"predictions": [1, 0, null]}"#, [FeatureValue.number(1), .number(0), .missing]),
        (#"{"predictions": [[0.1, 0.7, 0.2], [3]]}"#, [.number(1), .number(3)]),
        (#"{"predictions": {"label": ["x", "y"]}}"#, [.text("x"), .text("y")]),
        (#"{"predictions": {"label": ["x", "y"], "model": "m"}}"#, [.text("x"), .text("y")]),
        (#"{"predictions": {"label": ["x", "y"], "score": [0.9, 0.8]}}"#, []),
        (#"{"predictions": {"label": "x"}}"#, []), (#"{"predictions": 7}"#, [.number(7)]),
        (#"{"outputs": [{"name": "y", "shape": [2, 2], "data": [0.1, 0.9, 0.8, 0.2]}]}"#, [.number(1), .number(0)]),
        (#"{"outputs": [{"name": "y", "shape": [2, 1], "data": [[5], [6]]}]}"#, [.number(5), .number(6)]), ("{}", []),
        ("<html>", []),
    ]) func `Predictions are read as MLflow and the v2 protocol write them`(text: String, values: [FeatureValue]) {
        let reader = PayloadReader(PayloadPaths(), columns: [])
        #expect(reader.predictions(in: Array(text.utf8)) == values)
    }

    @Test func `Of several predicted columns a path names the one`() throws {
        let reader = PayloadReader(try PayloadPaths(predictions: "$.predictions.label"), columns: [])
        let answer = #"{"predictions": {"label": ["x", "y"], "score": [0.9, 0.8]}}"#
        #expect(reader.predictions(in: Array(answer.utf8)) == [.text("x"), .text("y")])
    }

    @Test func `A hostile payload is bounded`() {
        let rows = String(repeating: "[1],", count: 50_000)
        #expect(Self.table("{\"instances\": [\(rows)[1]]}").rows == PayloadTable.rowLimit)
        let columns = (0..<1000).map { "\"c\($0)\": [1]" }.joined(separator: ",")
        #expect(Self.table("{\"inputs\": {\(columns)}}").columns.count == ReferenceProfile.featureLimit)
        let long = String(repeating: "x", count: 10_000)
        let text = Self.table("{\"inputs\": {\"a\": [\"\(long)\"]}}").columns["a"]?.first?.category ?? ""
        #expect(text.utf8.count == FeatureValue.textLimit)
    }
}
