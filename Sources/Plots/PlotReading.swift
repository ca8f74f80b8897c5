import ModelCore

/// Finds out which fields of its sources a plot is of.
struct PlotReading {
    /// The names of fields that hold the step, the likeliest first.
    private static let stepNames = ["step", "global_step", "iteration", "iter", "epoch"]
    private static let timeNames: Set<String> = ["timestamp", "time", "wall_time"]

    /// A field of a file.
    private struct Source: Hashable {
        let file: String
        let field: String
    }

    /// What a series is drawn from; without x, from the rows' positions.
    private struct Pair {
        let x: Source?
        let y: Source
    }

    private let definition: PlotDefinition
    private let tables: [String: PlotTable]

    init(_ definition: PlotDefinition, _ tables: [String: PlotTable]) {
        self.definition = definition
        self.tables = tables
    }

    func data() throws(PlotError) -> PlotData {
        switch definition.template {
        case .confusion: return .confusion(try confusion(.counts))
        case .confusionNormalized: return .confusion(try confusion(.rows))
        case .barHorizontal: return .bars(try bars(.recorded))
        case .barHorizontalSorted: return .bars(try bars(.descending))
        case .scatter, .scatterJitter: return .curves(try curves(.scatter))
        case .linear, .simple, .smooth: return .curves(try curves(nil))
        case nil:
            let own = tables[definition.id]?.fields ?? []
            let isConfusion = definition.y.isEmpty && own.contains("actual") && own.contains("predicted")
            return isConfusion ? .confusion(try confusion(.counts)) : .curves(try curves(nil))
        }
    }

    // MARK: Curves

    private func curves(_ kind: Curves.Kind?) throws(PlotError) -> Curves {
        let pairs = try pairs()
        let kind = kind ?? PlotReading.kind(of: pairs)
        let names = PlotReading.names(of: pairs.map(\.y))
        var series: [PlotSeries] = []
        for (pair, name) in zip(pairs, names) { series.append(PlotSeries(name, try points(of: pair))) }
        let xNames = Set(pairs.map { $0.x?.field ?? "row" })
        let yNames = Set(pairs.map(\.y.field))
        return Curves(
            kind,
            xLabel: definition.xLabel ?? kind.labels?.x ?? (xNames.count == 1 ? xNames.first : nil) ?? "x",
            yLabel: definition.yLabel ?? kind.labels?.y ?? (yNames.count == 1 ? yNames.first : nil) ?? "",
            series
        )
    }

    /// The kind whose fields all pairs have.
    private static func kind(of pairs: [Pair]) -> Curves.Kind {
        let kinds = Curves.Kind.allCases.filter { kind in
            guard let fields = kind.fields else { return false }
            return pairs.allSatisfy { $0.x?.field == fields.x && $0.y.field == fields.y }
        }
        return kinds.first ?? .line
    }

    private func pairs() throws(PlotError) -> [Pair] {
        guard !definition.y.isEmpty else { return try pairsOfLooks() }
        let xs = definition.x
        guard xs.count <= 1 || xs.count == definition.y.count else {
            throw PlotError(definition.id, "it has \(xs.count) fields as x and \(definition.y.count) as y")
        }
        var seen: [String: Int] = [:]
        return definition.y.enumerated().map { position, y in
            let file = y.file ?? definition.id
            // The files of a mapping come in no order of their own: those of the same name belong together, the n-th
            // field of one as x to the n-th as y.
            let own = xs.filter { $0.file == file }
            let number = seen[file, default: 0]
            seen[file] = number + 1
            let x = xs.count > 1 ? (own.count > number ? own[number] : own.first ?? xs[position]) : xs.first
            let named = x.map { Source(file: $0.file ?? file, field: $0.name) }
            return Pair(x: named ?? step(of: file), y: Source(file: file, field: y.name))
        }
    }

    /// The pairs of a file of which nobody says what y is: known ones, else all numbers over the step.
    private func pairsOfLooks() throws(PlotError) -> [Pair] {
        let file = definition.id
        let table = try table(file)
        let x = definition.x.first.map { Source(file: $0.file ?? file, field: $0.name) }
        for fields in Curves.Kind.allCases.compactMap(\.fields)
        where table.isNumeric(fields.x) && table.isNumeric(fields.y) && (x == nil || x?.field == fields.x) {
            return [Pair(x: Source(file: file, field: fields.x), y: Source(file: file, field: fields.y))]
        }
        let abscissa = x ?? step(of: file)
        let values = table.fields.filter { field in
            !field.isEmpty && field != abscissa?.field && !PlotReading.timeNames.contains(field)
                && table.isNumeric(field)
        }
        guard !values.isEmpty else { throw PlotError(file, "none of its fields has numbers to draw") }
        return values.map { Pair(x: abscissa, y: Source(file: file, field: $0)) }
    }

    private func step(of file: String) -> Source? {
        guard let table = tables[file] else { return nil }
        return PlotReading.stepNames.first { table.isNumeric($0) }.map { Source(file: file, field: $0) }
    }

    /// The points of a pair; rows in which either is no number have none.
    private func points(of pair: Pair) throws(PlotError) -> [PlotPoint] {
        let ys = try numbers(pair.y)
        var xs: [Double?] = []
        if let x = pair.x {
            xs = try numbers(x)
            guard xs.count == ys.count else {
                let names = "\(QuotedPath.encode(x.field)) and \(QuotedPath.encode(pair.y.field))"
                throw PlotError(definition.id, "\(names) have \(xs.count) and \(ys.count) rows")
            }
        }
        var points: [PlotPoint] = []
        points.reserveCapacity(ys.count)
        for (row, y) in ys.enumerated() {
            guard let y, let x = pair.x == nil ? Double(row) : xs[row] else { continue }
            points.append(PlotPoint(x, y))
        }
        guard !points.isEmpty else {
            throw PlotError(pair.y.file, "no row has numbers to draw of \(QuotedPath.encode(pair.y.field))")
        }
        return points
    }

    /// What series are called: by field, by file, or by both, whichever tells them apart.
    private static func names(of sources: [Source]) -> [String] {
        let haveOneField = Set(sources.map(\.field)).count == 1
        let files = Set(sources.map(\.file))
        let common = files.count > 1 ? commonDirectory(of: files) : ""
        return sources.map { source in
            if files.count == 1 { return source.field }
            let file = Plot.name(of: String(source.file.dropFirst(common.count)))
            return haveOneField ? file : "\(file) \(source.field)"
        }
    }

    /// The longest directory that all files are in, with a slash behind it.
    private static func commonDirectory(of files: Set<String>) -> String {
        let paths = files.map { $0.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
        guard var common = paths.first else { return "" }
        for path in paths {
            let shared = zip(common, path).prefix { $0.0 == $0.1 }.count
            common = common.prefix(shared)
        }
        return common.map { "\($0)/" }.joined()
    }
}

extension PlotReading {
    // MARK: Matrices and bars

    private func confusion(_ scale: ConfusionMatrix.Scale) throws(PlotError) -> ConfusionMatrix {
        let y = definition.y.first ?? PlotDefinition.Field("predicted")
        let x = definition.x.first ?? PlotDefinition.Field("actual")
        let file = y.file ?? definition.id
        let actual = try texts(Source(file: x.file ?? file, field: x.name))
        let predicted = try texts(Source(file: file, field: y.name))
        guard actual.count == predicted.count else {
            throw PlotError(definition.id, "its classes have \(actual.count) and \(predicted.count) rows")
        }
        let examples = zip(actual, predicted).compactMap { actual, predicted -> ConfusionMatrix.Example? in
            guard let actual, let predicted else { return nil }
            return ConfusionMatrix.Example(actual: actual, predicted: predicted)
        }
        guard !examples.isEmpty else { throw PlotError(file, "no row has both classes") }
        return ConfusionMatrix(
            examples,
            scale: scale,
            actualName: definition.xLabel ?? x.name,
            predictedName: definition.yLabel ?? y.name
        )
    }

    private func bars(_ order: Bars.Order) throws(PlotError) -> Bars {
        let file = definition.y.first?.file ?? definition.id
        let table = try table(file)
        guard let value = definition.x.first?.name ?? table.fields.first(where: { table.isNumeric($0) }),
            let name = definition.y.first?.name ?? table.fields.first(where: { !table.isNumeric($0) })
        else { throw PlotError(file, "bars take a field of names and one of numbers") }
        let values = try numbers(Source(file: definition.x.first?.file ?? file, field: value))
        let names = try texts(Source(file: file, field: name))
        guard names.count == values.count else {
            throw PlotError(definition.id, "its names and numbers have \(names.count) and \(values.count) rows")
        }
        let bars = zip(names, values).compactMap { name, value -> Bars.Bar? in
            guard let name, let value else { return nil }
            return Bars.Bar(name, value)
        }
        guard !bars.isEmpty else { throw PlotError(file, "no row has a name and a number") }
        return Bars(bars, valueLabel: definition.xLabel ?? value, order: order)
    }

    // MARK: Fields

    private func table(_ file: String) throws(PlotError) -> PlotTable {
        guard let table = tables[file] else { throw PlotError(definition.id, "\(QuotedPath.encode(file)) is missing") }
        return table
    }

    private func texts(_ source: Source) throws(PlotError) -> [String?] {
        let table = try table(source.file)
        guard let texts = table.texts(source.field) else { throw missing(source, table) }
        return texts
    }

    private func numbers(_ source: Source) throws(PlotError) -> [Double?] {
        let table = try table(source.file)
        guard let numbers = table.numbers(source.field) else { throw missing(source, table) }
        return numbers
    }

    private func missing(_ source: Source, _ table: PlotTable) -> PlotError {
        let known = table.fields.prefix(10).map { QuotedPath.encode(XMLText.shortened($0, to: 40)) }
        let list = known.joined(separator: ", ") + (table.fields.count > known.count ? " …" : "")
        return PlotError(source.file, "it has no field \(QuotedPath.encode(source.field)), but \(list)")
    }
}
