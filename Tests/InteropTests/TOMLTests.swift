import Documents
import FoundationEssentials
import ModelCore
import TestSupport
import Testing

/// TOML documents as Python's own reader reads them, and thousands that are wrong in one place.
@Suite struct TOMLTests {
    @Test func `We read what tomllib reads, and refuse what it refuses`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let script = "\(PackageFiles.root)/Tests/InteropTests/References/with_tomllib.py"
        let python = "\(PackageFiles.root)/.build-venv/bin/python"
        try await scratch.run("PYTHONDONTWRITEBYTECODE=1 exec \(python) '\(script)' .").expectSuccess()
        let cases = try #require(try JSONValue(parsing: try scratch.read("expected.json")).array)
        #expect(cases.count > 4000)
        for found in cases {
            let text = try #require(found.object?["text"]?.string)
            let expected = found.object?["value"]
            let value = try? TOMLReader.value(of: Array(text.utf8))
            switch (value, expected) {
            case (let value?, let expected?): #expect(agrees(value, with: expected), "\(text.debugDescription)")
            default: #expect((value == nil) == (expected == nil), "\(text.debugDescription)")
            }
        }
    }

    /// Compares a value with one in which floats and dates stand in objects of their own.
    private func agrees(_ value: JSONValue, with expected: JSONValue) -> Bool {
        switch (value, expected) {
        case (.number(let digits), .object(let tagged)):
            guard tagged.count == 1, case .string(let text)? = tagged["float"], Int64(digits) == nil,
                let found = Double(digits), let wanted = Double(text)
            else { return false }
            return found == wanted || (found.isNaN && wanted.isNaN)
        case (.string(let date), .object(let tagged)):
            guard tagged.count == 1, case .string(let text)? = tagged["date"] else { return false }
            return TOMLTests.isoFormat(date) == text
        case (.object(let members), .object(let others)):
            return members.keys == others.keys
                && members.allSatisfy { key, member in others[key].map { agrees(member, with: $0) } ?? false }
        case (.array(let elements), .array(let others)):
            return elements.count == others.count && zip(elements, others).allSatisfy { agrees($0, with: $1) }
        default: return value == expected
        }
    }

    /// Returns a date as Python writes it.
    private static func isoFormat(_ text: String) -> String {
        var text = text.replacing(/^(.{10})[t ]/, with: { "\($0.output.1)T" }).replacing(/[zZ]$/, with: "+00:00")
        text.replace(/\.([0-9]+)/) { match in
            let digits = (String(match.output.1) + "000000").prefix(6)
            return digits.allSatisfy { $0 == "0" } ? "" : ".\(digits)"
        }
        return text
    }
}
