extension PlotFigure {
    /// Returns the figure as SVG, a file of its own and an element of a page; `nil` for pictures, which are files
    /// already.
    ///
    /// `id` is the figure's alone on its page.
    package func svg(id: FigureID) -> String? {
        switch parts.first?.plot.data {
        case .curves(let first):
            let curves = parts.compactMap { part -> (revision: String, curves: Curves)? in
                guard case .curves(let curves) = part.plot.data else { return nil }
                return (revision: part.revision, curves: curves)
            }
            return CurveDrawing(title, curves, first).document(id: id)
        case .confusion(let first):
            let matrices = parts.compactMap { part -> (revision: String, matrix: ConfusionMatrix)? in
                guard case .confusion(let matrix) = part.plot.data else { return nil }
                return (revision: part.revision, matrix: matrix)
            }
            return ConfusionDrawing(title, matrices, first).document(id: id)
        case .bars(let first):
            let bars = parts.compactMap { part -> (revision: String, bars: Bars)? in
                guard case .bars(let bars) = part.plot.data else { return nil }
                return (revision: part.revision, bars: bars)
            }
            return BarDrawing(title, bars, first).document(id: id)
        case .image, nil: return nil
        }
    }

    /// Returns the figure as an element of a page: its drawing, or its pictures beside each other.
    ///
    /// Pictures are sources of `img` elements, where nothing in them runs. `id` is the figure's alone on its page.
    package func html(id: FigureID) -> String {
        if let svg = svg(id: id) { return svg }
        var page = SVGDrawing()
        page.begin("figure", ["class": "plot", "id": id.text])
        page.add("figcaption", text: XMLText.shortened(title, to: XMLText.sentenceLimit))
        for part in parts {
            guard case .image(let image) = part.plot.data else { continue }
            let revision = XMLText.shortened(part.revision, to: XMLText.sentenceLimit)
            page.begin("figure")
            let alternative = "\(XMLText.shortened(title, to: XMLText.sentenceLimit)), \(revision)"
            page.add("img", ["alt": alternative, "src": image.dataURI, "style": "max-width:100%;height:auto"])
            page.add("figcaption", text: revision)
            page.end("figure")
        }
        page.end("figure")
        return page.text
    }
}
