import ModelCore

extension Plot {
    /// What DVCLive calls its files of known plots.
    private static let knownNames: Set<String> = [
        "roc", "precision_recall", "det", "calibration", "confusion_matrix",
    ]

    /// Reads the file at `path`, from the repository's top, as `dvc.yaml` says it is to be read, or as what it looks
    /// like.
    ///
    /// A picture is known by its name; of `.json`, `.yaml`, `.yml`, `.csv` and `.tsv` files the fields tell what they
    /// are of. The definition's `id` is the path, as `PlotDefinitions.definition(of:)` has it. Throws for anything
    /// else, naming what is wrong.
    package init(_ bytes: [UInt8], at path: String, as definition: PlotDefinition? = nil) throws(PlotError) {
        if let image = try PlotImage.named(path, bytes) {
            self.init(id: path, title: definition?.title ?? Plot.name(of: path), data: .image(image))
            return
        }
        try self.init(definition ?? PlotDefinition(id: path), files: [path: bytes])
    }

    /// Reads a plot of `dvc.yaml` from its files, by their paths; throws for one that is missing or cannot be read.
    package init(_ definition: PlotDefinition, files: [String: [UInt8]]) throws(PlotError) {
        var tables: [String: PlotTable] = [:]
        for file in definition.files {
            guard let bytes = files[file] else {
                throw PlotError(definition.id, "\(QuotedPath.encode(file)) is missing")
            }
            tables[file] = try PlotTable(bytes, source: file, hasHeader: definition.hasHeader)
        }
        let data = try PlotReading(definition, tables).data()
        let name = Plot.name(of: definition.id)
        let known = data.title.map { Plot.knownNames.contains(name) ? $0 : "\($0): \(name)" }
        self.init(
            id: definition.id,
            title: definition.title ?? known ?? name,
            data: data,
            unreadableCount: tables.values.reduce(0) { $0 + $1.unreadableCount }
        )
    }

    /// The name of a file's plot: its path below the directory where DVCLive keeps its like, without what the name ends
    /// with.
    static func name(of path: String) -> String {
        var name = path[...]
        for directory in ["plots/metrics/", "plots/sklearn/", "plots/images/", "plots/custom/"] {
            guard let place = path.ranges(of: directory).last, place.upperBound < path.endIndex else { continue }
            name = path[place.upperBound...]
            break
        }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex, !name[dot...].contains("/") else {
            return String(name)
        }
        return String(name[..<dot])
    }
}

extension PlotData {
    /// What such a plot is called where nobody says otherwise.
    fileprivate var title: String? {
        switch self {
        case .curves(let curves): curves.kind.title
        case .confusion: "Confusion matrix"
        case .bars, .image: nil
        }
    }
}
