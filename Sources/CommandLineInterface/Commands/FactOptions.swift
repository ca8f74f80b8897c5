import ArgumentParser
import Operations

/// How metrics and parameters are chosen and printed.
struct FactOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only names that match this, with *, ? and [...] (can be repeated)", valueName: "pattern")
    )
    var filter: [String] = []

    @Flag(help: "Print a Markdown table")
    var md = false
}

/// What a comparison shows, and how it ends.
struct DifferenceOptions: ParsableArguments {
    @Flag(help: "Show what is alike, too")
    var all = false

    @Flag(name: .customLong("exit-code"), help: "Exit with 1 where something differs")
    var exitCode = false

    func comparison(of revisions: [String], _ facts: FactOptions) -> FactComparison {
        FactComparison(revisions, filter: facts.filter, showsAll: all, failsOnDifference: exitCode)
    }
}

/// With how many digits metrics are printed.
struct PrecisionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Round to so many decimals; --json has all digits", valueName: "number"))
    var precision: Int?

    var format: FigureFormat { FigureFormat(decimals: precision) }

    func validate() throws {
        guard let precision, !(0...FigureFormat.maximumDecimals).contains(precision) else { return }
        throw ValidationError("--precision is a number from 0 to \(FigureFormat.maximumDecimals)")
    }
}

extension Text {
    /// Prints a table of names, and what several sides have for each: a column a side.
    mutating func facts(_ heading: String, _ sides: [(side: FactSide, values: [String: String])], asMarkdown: Bool) {
        let names = Set(sides.flatMap(\.values.keys)).sorted()
        guard !names.isEmpty else { return }
        let rows = names.map { name in [name] + sides.map { $0.values[name] ?? "" } }
        if asMarkdown {
            var table = MarkdownTable([heading] + sides.map(\.side.name), [.left] + sides.map { _ in .right })
            for row in rows { table.row(row) }
            return raw(table.text)
        }
        var table = Table([.left] + sides.map { _ in .right })
        table.row([""] + sides.map { painted(DisplayText.quoted($0.side.name), .bold) })
        for row in rows { table.row(row.map(DisplayText.sanitized)) }
        self.table(table)
    }

    /// Prints the two sides of a comparison.
    mutating func sides(_ from: FactSide, _ to: FactSide) {
        line(painted("\(DisplayText.quoted(from.name)) → \(DisplayText.quoted(to.name))", .bold))
    }
}
