/// A drawing that grows downwards, from its title on.
struct FigureCanvas {
    /// The width of every drawing, in its own units.
    static let width = 480.0
    /// The room at the left and right.
    static let margin = 12.0
    /// The longest title that stands in one line, in Unicode scalars.
    private static let titleLimit = 46
    /// The longest name in a legend.
    private static let legendLimit = 32

    /// What stands for a series in a legend.
    struct LegendEntry {
        enum Sample {
            case line(classes: String)
            case area(classes: String)
        }

        let label: String
        let sample: Sample
    }

    /// A place with a size.
    struct Rectangle {
        let x: Double
        let y: Double
        let width: Double
        let height: Double
    }

    /// What was drawn so far.
    var drawing = SVGDrawing()
    /// How far down it reaches.
    var height = 8.0

    /// Adds the title.
    mutating func addTitle(_ title: String) {
        guard !title.isEmpty else { return }
        height += 18
        let text = XMLText.shortened(title, to: FigureCanvas.titleLimit)
        add(text, at: FigureCanvas.margin, height, classes: "name")
        height += 6
    }

    /// Adds a line of text that is no title.
    mutating func addNote(_ note: String) {
        height += 16
        add(XMLText.shortened(note, to: 56), at: FigureCanvas.margin, height, classes: "dim")
        height += 4
    }

    /// Adds what tells series apart, in as many lines as it takes.
    mutating func addLegend(_ entries: [LegendEntry]) {
        guard !entries.isEmpty else { return }
        var left = FigureCanvas.margin
        height += 18
        for entry in entries {
            let label = XMLText.shortened(entry.label, to: FigureCanvas.legendLimit)
            let room = 34 + XMLText.width(of: label, size: FigureStyle.textSize) + 14
            if left > FigureCanvas.margin, left + room > FigureCanvas.width {
                left = FigureCanvas.margin
                height += 20
            }
            let (x, y) = (FigureNumber.coordinate(left), FigureNumber.coordinate(height - 5))
            switch entry.sample {
            case .line(let classes): drawing.add("path", ["class": classes, "d": "M\(x) \(y)h28"])
            case .area(let classes): addCell(classes, Rectangle(x: left, y: height - 11, width: 28, height: 12))
            }
            add(label, at: left + 34, height)
            left += room
        }
        height += 6
    }

    /// Adds a text with its baseline's start, middle or end at a place.
    mutating func add(_ text: String, at x: Double, _ y: Double, classes: String = "") {
        let (x, y) = (FigureNumber.coordinate(x), FigureNumber.coordinate(y))
        if classes.isEmpty {
            drawing.add("text", ["x": x, "y": y], text: text)
        } else {
            drawing.add("text", ["class": classes, "x": x, "y": y], text: text)
        }
    }

    /// Adds a rectangle, with what shows beside the pointer.
    mutating func addCell(_ classes: String, _ place: Rectangle, title: String? = nil) {
        let attributes: KeyValuePairs<String, String> = [
            "class": classes, "x": FigureNumber.coordinate(place.x), "y": FigureNumber.coordinate(place.y),
            "width": FigureNumber.coordinate(place.width), "height": FigureNumber.coordinate(place.height),
        ]
        guard let title else { return drawing.add("rect", attributes) }
        drawing.begin("rect", attributes)
        drawing.add("title", text: XMLText.shortened(title, to: XMLText.sentenceLimit))
        drawing.end("rect")
    }

    /// Returns the whole drawing, which is a file of its own and an element of a page: no script, nothing from
    /// elsewhere.
    func document(id: FigureID, _ part: FigureStyle.Part, title: String, description: String) -> String {
        let height = FigureNumber.coordinate((self.height + 10).rounded(.up))
        let width = FigureNumber.coordinate(FigureCanvas.width)
        var document = SVGDrawing()
        document.begin(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "id": id.text, "viewBox": "0 0 \(width) \(height)",
                "width": width, "height": height, "role": "img",
                "aria-labelledby": "\(id.text)-title \(id.text)-desc",
            ]
        )
        document.add("title", ["id": "\(id.text)-title"], text: XMLText.shortened(title, to: XMLText.sentenceLimit))
        document.add("desc", ["id": "\(id.text)-desc"], text: description)
        document.add("style", text: FigureStyle.rules(for: id, part))
        document.add("rect", ["class": "paper", "width": width, "height": height, "rx": "6"])
        document.add(drawing)
        document.end("svg")
        return document.text
    }
}
