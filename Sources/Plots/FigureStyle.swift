/// The colours and fonts of drawings, light and dark.
///
/// Rules instead of variables, which not every program that shows SVG knows; one that ignores `@media` shows the light
/// colours.
enum FigureStyle {
    /// The size of texts, in units of a drawing 480 wide, so that they can be read where that becomes 330 pixels.
    static let textSize = 14.0
    /// The size of texts in and beside narrow cells.
    static let smallTextSize = 12.0
    /// How many colours series have.
    static let colourCount = light.count
    /// How many kinds of dashes series have.
    static let dashCount = dashes.count
    /// How many levels a heat map has.
    static let levelCount = lightLevels.count

    // Colours that people tell apart however they see them. Sources: Okabe and Ito, "Color Universal Design" (2008),
    // and P. Tol, "Colour Schemes" (2021), for the last three on light ground and for the third on dark.
    private static let light = ["#0072b2", "#d55e00", "#009e73", "#aa3377", "#997700", "#555555"]
    private static let dark = ["#56b4e9", "#e69f00", "#44bb99", "#cc79a7", "#f0e442", "#bbbbbb"]
    // The second cue; lengths of strokes and gaps.
    private static let dashes = ["none", "7 5", "1 5", "10 5 1 5", "14 6", "4 4"]
    // From nothing to all; after ColorBrewer's Blues (C. Brewer, 2013), whose first colour would be the paper's.
    private static let lightLevels = [
        "#eaeef2", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2979b9", "#2171b5", "#08519c", "#08306b",
    ]
    private static let darkLevels = [
        "#21262d", "#122c46", "#143a5e", "#164a7b", "#1c5c99", "#2f76b8", "#5b9bd5", "#7fb5e6", "#a9d0f2", "#d6ebfc",
    ]
    /// The colours of everything else.
    private static let inks = [
        (rule: ".paper{fill", light: "#ffffff", dark: "#0d1117"),
        (rule: "text{fill", light: "#1f2328", dark: "#f0f6fc"),
        (rule: ".dim{fill", light: "#59636e", dark: "#9198a1"),
        (rule: ".strong{fill", light: "#ffffff", dark: "#0d1117"),
        (rule: ".hatch{stroke", light: "#818b98", dark: "#656c76"),
        (rule: ".grid{stroke", light: "#d1d9e0", dark: "#30363d"),
        (rule: ".diagonal{stroke", light: "#59636e", dark: "#9198a1"),
    ]
    /// The first level that texts need another colour on.
    private static let firstStrongLevel = 6

    /// What a drawing has, besides texts.
    enum Part {
        case series
        case levels
    }

    /// Returns the rules of a drawing.
    static func rules(for id: FigureID, _ part: Part) -> String {
        let all = "#\(id.text)"
        let fixed = [
            "\(all){max-width:100%;height:auto;font:\(Int(textSize))px system-ui,sans-serif}",
            "\(all) .name{font-size:16px;font-weight:600}", "\(all) .small{font-size:\(Int(smallTextSize))px}",
            "\(all) .middle{text-anchor:middle}", "\(all) .end{text-anchor:end}",
            "\(all) .grid,\(all) .diagonal,\(all) .line,\(all) .dots{fill:none}",
            "\(all) .diagonal{stroke-dasharray:2 4}",
            "\(all) .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
            "\(all) .dots{stroke-width:5;stroke-linecap:round}", "\(all) .hatch{stroke-width:3}",
            "\(all) .unknown{fill:url(#\(hatchID(id)))}",
        ]
        let dashed = dashes.enumerated().map { "\(all) .d\($0.offset){stroke-dasharray:\($0.element)}" }
        let day = colours(all, part, isDark: false)
        let night = colours(all, part, isDark: true)
        let rules = fixed + (part == .series ? dashed : []) + day
        return "\(rules.joined())@media (prefers-color-scheme:dark){\(night.joined())}"
    }

    /// Returns the id of the pattern of what is not known.
    static func hatchID(_ id: FigureID) -> String { "\(id.text)-hatch" }

    /// Returns the classes of a series' line; where both numbers are its own, no two of the first 36 are alike.
    static func lineClasses(colour: Int, dash: Int) -> String {
        "line c\(colour % colourCount) d\((dash + colour / colourCount) % dashCount)"
    }

    /// Returns the classes of a series' single points.
    static func dotClasses(colour: Int) -> String { "dots c\(colour % colourCount)" }

    /// Returns the class of a series' areas.
    static func areaClass(colour: Int) -> String { "a\(colour % colourCount)" }

    /// Returns the level of a share from 0 to 1: 0 for nothing, and for nothing else.
    static func level(of share: Double) -> Int {
        guard share > 0 else { return 0 }
        let highest = levelCount - 1
        return min(highest, 1 + Int(min(share, 1) * Double(highest)))
    }

    /// Returns the class of texts on a level.
    static func textClass(onLevel level: Int) -> String { level < firstStrongLevel ? "" : " strong" }

    private static func colours(_ all: String, _ part: Part, isDark: Bool) -> [String] {
        let rules = inks.map { "\(all) \($0.rule):\(isDark ? $0.dark : $0.light)}" }
        switch part {
        case .series:
            return rules
                + (isDark ? dark : light).enumerated().flatMap { position, colour in
                    ["\(all) .c\(position){stroke:\(colour)}", "\(all) .a\(position){fill:\(colour)}"]
                }
        case .levels:
            return rules
                + (isDark ? darkLevels : lightLevels).enumerated().map { level, colour in
                    "\(all) .h\(level){fill:\(colour)}"
                }
        }
    }
}
