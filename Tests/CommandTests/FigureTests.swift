@testable import CommandLineInterface
import Testing

@Suite struct FigureTests {
    @Test(
        arguments: [
            (0.30000000000000004, nil, "0.3"), (3, nil, "3"), (1e-8, nil, "1e-08"), (.nan, nil, "NaN"), (nil, nil, ""),
            (0.6666666, 2, "0.67"), (-0.6666666, 2, "-0.67"), (0.6666666, 0, "1"), (12.5, 3, "12.500"), (0, 2, "0.00"),
            (0.999, 2, "1.00"), (1e-8, 3, "1e-08"), (1e20, 3, "1e+20"), (-Double.infinity, 2, "-Infinity"),
            (.nan, 2, "NaN"),
        ] as [(Double?, Int?, String)]
    )
    func `Values have the decimals that are asked for, as long as something is left of them`(
        value: Double?,
        decimals: Int?,
        text: String
    ) {
        #expect(FigureFormat(decimals: decimals).text(value) == text)
    }

    @Test func `Differences have a sign, and shares are in percent`() {
        let format = FigureFormat()
        #expect(format.signed(0.25) == "+0.25" && format.signed(-0.25) == "-0.25" && format.signed(0) == "0")
        #expect(format.signed(nil) == "" && format.signed(.infinity) == "+Infinity")
        #expect(format.percent(0.125) == "+12.5 %" && format.percent(-2) == "-200 %" && format.percent(0) == "0 %")
        #expect(format.percent(nil) == "" && format.percent(.infinity) == "")
    }

    @Test func `What stands in a Markdown table is text`() {
        var table = MarkdownTable(["Metric", "a|b"], [.left, .right])
        table.row(["eval_*`x`", "<img src=x>"])
        table.row(["two\nlines\u{1B}[31m", "[a](b) & \\"])
        table.row(["alone"])
        #expect(
            table.text == #"""
                | Metric | a\|b |
                | --- | ---: |
                | eval\_\*\`x\` | &lt;img src=x&gt; |
                | two lines?\[31m | \[a\]\(b\) &amp; \\ |
                | alone |  |

                """#
        )
    }

    @Test func `A mark that follows hides no markup`() {
        #expect(Markdown.escaped("|\u{301}") == "\\|\u{301}")
    }
}
