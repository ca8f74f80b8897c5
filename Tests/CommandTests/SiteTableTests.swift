import Testing

@testable import CommandLineInterface

@Suite struct SiteTableTests {
    private func html(_ rows: [[SiteTable.Cell]]) -> String {
        SiteTable(columns: [("name", false), ("loss", true)], rows: rows).html
    }

    @Test func `Cells say what they are sorted by where they show something else`() {
        let table = html([[SiteTable.Cell("<a>x</a>", key: "x"), SiteTable.Cell(number: 0.5)]])
        #expect(table.contains("<tr><td data-v=\"x\"><a>x</a></td><td class=\"number\">0.5</td></tr>"))
        #expect(
            html([[SiteTable.Cell("a"), SiteTable.Cell(number: 1.0 / 3)]]).contains(
                "data-v=\"0.3333333333333333\">0.333333<"
            )
        )
        #expect(html([[SiteTable.Cell("a"), SiteTable.Cell(number: nil)]]).contains("<td class=\"number\"></td>"))
    }

    @Test(arguments: [(25, false), (26, true)]) func `A long table scrolls within the page`(count: Int, isTall: Bool) {
        let rows = (0..<count).map { [SiteTable.Cell(text: "\($0)"), SiteTable.Cell(number: 1)] }
        #expect(html(rows).contains("class=\"scroll tall\"") == isTall)
    }
}
