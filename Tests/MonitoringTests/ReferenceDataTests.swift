import ModelCore
import Monitoring
import SystemPackage
import TestSupport
import Testing

/// Profiles of tables, which are read once.
@Suite struct ReferenceDataTests {
    private static func profile(
        _ text: String,
        as name: String = "t.csv",
        columns: [String]? = nil,
        prediction: String? = nil
    ) async throws -> ReferenceProfile {
        let scratch = try await ScratchRepository(initialized: false)
        try scratch.write(text, to: name)
        let path = scratch.path.appending(name)
        let form = try #require(ReferenceData.Form(of: path))
        return try ReferenceData(path, form: form, columns: columns, prediction: prediction).profile()
    }

    @Test func `A numeric column has its deciles and its hundred percents, exactly`() async throws {
        let rows = (1...1000).map { "\($0),\($0 % 3)\n" }.joined()
        let profile = try await Self.profile("x,few\n" + rows)
        let x = try #require(profile.features["x"])
        #expect(x.kind == .numeric)
        #expect(x.edges == stride(from: 100.0, through: 900, by: 100).map { $0 })
        #expect(x.counts == Array(repeating: 100, count: 10))
        #expect(x.quantiles == [1] + stride(from: 10.0, through: 1000, by: 10).map { $0 })
        let few = try #require(profile.features["few"])
        #expect(few.kind == .categorical)
        #expect(few.categories == ["1", "0", "2"])
        #expect(few.counts == [334, 333, 333, 0])
        #expect(profile.rows == 1000 && profile.columns == ["x", "few"])
    }

    @Test func `Cells that are missing, texts, and commas and line feeds in quotes are told apart`() async throws {
        let text = "\u{FEFF}age,\"ci,ty\",y\r\n1,\"a\nb\",0.5\r\n,NA,\r\n3,\"say \"\"x\"\"\",1\r\nNaN,\"a\nb\"\r\n"
        let profile = try await Self.profile(text, prediction: "y")
        #expect(profile.columns == ["age", "ci,ty"])
        let city = try #require(profile.features["ci,ty"])
        #expect(city.categories == ["a\nb", "say \"x\""] && city.counts == [2, 1, 0] && city.missing == 1)
        #expect(profile.features["age"]?.missing == 2)
        #expect(profile.predictions?.count == 2 && profile.predictions?.missing == 2)
    }

    @Test func `Rows in quotes longer than a block are read whole`() async throws {
        let long = String(repeating: "y,\n", count: 500_000)
        let profile = try await Self.profile("a,b\n\"\(long)\",1\nz,2\n")
        #expect(profile.rows == 2)
        #expect(profile.features["b"]?.categories == ["1", "2"])
    }

    @Test func `Of lines of JSON each key is a column`() async throws {
        let text = #"{"b": 1.0, "a": "x"}"# + "\n\n" + #"{"b": 1, "c": true, "a": null}"# + "\n"
        let profile = try await Self.profile(text, as: "t.jsonl", columns: ["a", "b"])
        #expect(profile.columns == ["a", "b"])
        #expect(profile.features["b"]?.categories == ["1"] && profile.features["b"]?.counts == [2, 0])
        #expect(profile.features["a"]?.missing == 1)
    }

    @Test(arguments: [
        ("t.csv", ""), ("t.csv", "a,b\n"), ("t.csv", "a,a\n1,2\n"), ("t.csv", "a\n1,2\n"),
        ("t.jsonl", "{\"a\": 1}\n[]\n"),
        ("t.jsonl", "{\"a\": 1"), ("t.csv", (0..<300).map { "c\($0)" }.joined(separator: ",") + "\n1\n"),
    ]) func `What is no table is refused`(name: String, text: String) async throws {
        await #expect(throws: ReferenceDataError.self) { try await Self.profile(text, as: name) }
    }

    @Test func `A column that is not there is named`() async throws {
        await #expect(throws: ReferenceDataError.self) { try await Self.profile("a\n1\n", columns: ["b"]) }
        await #expect(throws: ReferenceDataError.self) { try await Self.profile("a\n1\n", prediction: "b") }
    }

    @Test func `Of many categories the most frequent are kept, and the others counted together`() async throws {
        let rows = (0..<60).map { String(repeating: "v\($0)\n", count: 100 - $0) }.joined()
        let feature = try #require(try await Self.profile("a\n" + rows).features["a"])
        #expect(feature.categories == (0..<50).map { "v\($0)" })
        #expect(feature.counts.last == (50..<60).reduce(0) { $0 + 100 - $1 })
    }

    @Test func `Of more than 100,000 values ranks are wrong by no more than is promised`() async throws {
        let count = 250_000
        var random = PseudoRandom(seed: 3)
        var values = (0..<count).map { Double($0) }
        values.shuffle(using: &random)
        let text = "x\n" + values.map { "\(Int($0))\n" }.joined()
        let x = try #require(try await Self.profile(text).features["x"])
        #expect(x.count == count && x.counts.reduce(0, +) == count)
        for (percent, quantile) in x.quantiles.enumerated() {
            #expect(abs(quantile - Double(count * percent) / 100) <= 0.001 * Double(count) + 1, "\(percent)")
        }
        #expect(x.quantiles.first == 0 && x.quantiles.last == Double(count - 1))
        #expect(try await Self.profile(text) == Self.profile(text))
    }

    @Test func `A profile is read as it was written, and written the same again`() async throws {
        let rows = (1...200).map { "\(Double($0) / 7),c\($0 % 9),\($0 % 4)\n" }.joined()
        let profile = try await Self.profile("x,\"ö \"\"\",y\n" + rows, prediction: "y")
        let read = try ReferenceProfile(parsing: profile.encoded)
        #expect(read == profile)
        #expect(read.encoded == profile.encoded)
    }

    @Test(arguments: [
        "[]", "{}", #"{"schema": 2, "rows": 1, "columns": [], "features": {}}"#,
        #"{"schema": 1, "rows": -1, "columns": [], "features": {}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {"a": {"kind": "numeric", "missing": 0, "counts": [1]}}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {"a": {"kind": "categorical", "missing": 0, "counts": [1, 9223372036854775807], "categories": ["x"]}}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {"a": {"kind": "categorical", "missing": 0, "counts": [1, 1, 1], "categories": ["x", "x"]}}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {"a": {"kind": "categorical", "missing": 0, "counts": [1, 1], "categories": ["(missing)"]}}}"#,
    ]) func `A profile that does not fit together is refused`(text: String) {
        #expect(throws: FormatError.self) { try ReferenceProfile(parsing: Array(text.utf8)) }
    }
}
