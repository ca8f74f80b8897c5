/// A plot as several revisions have it, for one drawing.
package struct PlotFigure: Sendable, Hashable {
    /// What one revision has.
    package struct Part: Sendable, Hashable {
        /// What the revision is called.
        package let revision: String
        /// Its plot.
        package let plot: Plot

        /// Creates a part.
        package init(_ revision: String, _ plot: Plot) {
            self.revision = revision
            self.plot = plot
        }
    }

    /// The plot's id, which all parts have.
    package let id: String
    /// What the figure is called: what the first revision calls its plot.
    package let title: String
    /// The kind of all parts' data, as `PlotData.kind` names it.
    package let kind: String
    /// What each revision has, in the order in which they were given; at least one.
    package let parts: [Part]

    /// Puts together the plots of one id and of one kind, in the order in which they were given.
    ///
    /// A plot that is of another kind in another revision becomes another figure.
    package static func figures(of parts: [Part]) -> [PlotFigure] {
        struct Key: Hashable {
            let id: String
            let kind: String
        }
        var order: [Key] = []
        var groups: [Key: [Part]] = [:]
        for part in parts {
            let key = Key(id: part.plot.id, kind: part.plot.data.kind)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(part)
        }
        return order.compactMap { key in
            guard let group = groups[key], let first = group.first else { return nil }
            return PlotFigure(id: key.id, title: first.plot.title, kind: key.kind, parts: group)
        }
    }

    /// Returns the figure with other names of revisions; those that are not among `names` stay.
    package func renamed(_ names: [String: String]) -> PlotFigure {
        let parts = parts.map { Part(names[$0.revision] ?? $0.revision, $0.plot) }
        return PlotFigure(id: id, title: title, kind: kind, parts: parts)
    }
}

extension PlotFigure: Encodable {
    private enum Field: String, CodingKey {
        case id, title, kind, revisions
    }

    /// Writes all data as they were recorded, pictures without their bytes.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(title, forKey: .title)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(parts, forKey: .revisions)
    }
}

extension PlotFigure.Part: Encodable {
    private enum Field: String, CodingKey {
        case revision, unreadable, data
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(revision, forKey: .revision)
        try fields.encode(plot.unreadableCount, forKey: .unreadable)
        try fields.encode(plot.data, forKey: .data)
    }
}
