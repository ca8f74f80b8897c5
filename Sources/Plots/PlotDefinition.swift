/// What `dvc.yaml` says of a plot: which fields of which files are drawn, and how.
package struct PlotDefinition: Sendable, Hashable {
    /// A field of a file.
    package struct Field: Sendable, Hashable {
        /// The file's path from the repository's top; `nil` for the plot's own, or for that of the y it belongs to.
        package let file: String?
        /// The field.
        package let name: String

        /// Creates a field.
        package init(_ name: String, in file: String? = nil) {
            self.name = name
            self.file = file
        }
    }

    /// The path of the plot's file or directory; where `y` names files, it may be any name.
    package var id: String
    /// What x is: one field for all of `y`, or one for each; empty where nothing is said.
    package var x: [Field] = []
    /// What y is; empty where nothing is said.
    package var y: [Field] = []
    /// How it is drawn.
    package var template: PlotTemplate?
    /// What it is called.
    package var title: String?
    /// What x is called.
    package var xLabel: String?
    /// What y is called.
    package var yLabel: String?
    /// Whether a CSV or TSV source names its columns in the first row.
    package var hasHeader = true

    /// Creates the definition of a plot of which nothing is said.
    package init(id: String) { self.id = id }

    /// Whether the plot is a file, or a plot for each file of a directory.
    package var isPath: Bool { y.allSatisfy { $0.file == nil } }

    /// The files that the plot is drawn from, none twice; where `isPath`, `id` is among them and may be a directory.
    package var files: [String] {
        var files = y.isEmpty ? [id] : y.map { $0.file ?? id }
        files += x.compactMap(\.file)
        var seen: Set<String> = []
        return files.filter { seen.insert($0).inserted }
    }
}
