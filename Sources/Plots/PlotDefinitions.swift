import Documents
import ModelCore

/// The plots of a `dvc.yaml`: those of its `plots`, and outputs of its stages that are plots.
///
/// Variables (`${…}`) stay as they stand, and stages made by `foreach` are left out.
/// Source: `dvc/schema.py` and `dvc/repo/plots/__init__.py`.
package struct PlotDefinitions: Sendable {
    /// The file's name.
    package static let fileName = "dvc.yaml"

    /// The plots, with paths from the repository's top.
    package private(set) var definitions: [PlotDefinition] = []
    /// The plots that could not be understood.
    package private(set) var problems: [PlotError] = []

    /// Reads the file at `path`; throws where it is no YAML mapping.
    package init(parsing bytes: [UInt8], at path: String) throws(PlotError) {
        let document: JSONValue?
        do throws(FormatError) {
            document = try JSONValue.texts(ofYAML: bytes)
        } catch {
            throw PlotError(path, "\(error)")
        }
        guard let members = (document ?? .object([:])).object else { throw PlotError(path, "it is no mapping") }
        let directory = path.split(separator: "/").dropLast().joined(separator: "/")
        add(members["plots"] ?? .null, in: directory)
        for stage in (members["stages"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let plots = stage.value.object?["plots"] else { continue }
            let workingDirectory = stage.value.object?["wdir"]?.string ?? "."
            guard let place = PlotDefinitions.joined(directory, workingDirectory) else {
                problems.append(PlotError(path, "the stage \(QuotedPath.encode(stage.key)) leaves the repository"))
                continue
            }
            add(plots, in: place)
        }
    }

    /// Returns what is said of a file: the plot that has its path, or the deepest directory it is in; `nil` where
    /// nothing is said.
    package func definition(of path: String) -> PlotDefinition? {
        let found = definitions.filter { definition in
            definition.isPath
                && (definition.id == path || definition.id.isEmpty || path.hasPrefix(definition.id + "/"))
        }
        guard var definition = found.max(by: { $0.id.utf8.count < $1.id.utf8.count }) else { return nil }
        definition.id = path
        return definition
    }
}

extension PlotDefinitions {
    /// Adds a list of names and of mappings from names to what is said of them, or one such mapping.
    private mutating func add(_ plots: JSONValue, in directory: String) {
        for element in plots.array ?? [plots] {
            if let name = element.string { add(name, .null, in: directory) }
            for member in (element.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                add(member.key, member.value, in: directory)
            }
        }
    }

    private mutating func add(_ name: String, _ properties: JSONValue, in directory: String) {
        do throws(PlotError) {
            definitions.append(try PlotDefinitions.definition(name, properties, in: directory))
        } catch {
            problems.append(error)
        }
    }

    private static func definition(
        _ name: String,
        _ properties: JSONValue,
        in directory: String
    ) throws(PlotError) -> PlotDefinition {
        var definition = PlotDefinition(id: name)
        guard properties != .null else {
            definition.id = try path(name, of: name, in: directory)
            return definition
        }
        guard let members = properties.object else { throw PlotError(name, "what is said of it is no mapping") }
        definition.x = try fields(members["x"], of: name, in: directory)
        definition.y = try fields(members["y"], of: name, in: directory)
        if definition.isPath { definition.id = try path(name, of: name, in: directory) }
        if let word = members["template"]?.string {
            guard let template = PlotTemplate(rawValue: word) else {
                let known = PlotTemplate.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlotError(name, "its template \(QuotedPath.encode(word)) is none of \(known)")
            }
            definition.template = template
        }
        definition.title = members["title"]?.string
        definition.xLabel = members["x_label"]?.string
        definition.yLabel = members["y_label"]?.string
        definition.hasHeader = members["header"]?.string?.lowercased() != "false"
        return definition
    }

    /// Reads a field, a list of fields, or a mapping from files to either.
    private static func fields(
        _ value: JSONValue?,
        of name: String,
        in directory: String
    ) throws(PlotError) -> [PlotDefinition.Field] {
        switch value {
        case nil, .null: return []
        case .string(let field): return [PlotDefinition.Field(field)]
        case .array(let elements):
            return elements.compactMap(\.string).map { PlotDefinition.Field($0) }
        case .object(let members):
            var fields: [PlotDefinition.Field] = []
            for member in members.sorted(by: { $0.key < $1.key }) {
                let file = try path(member.key, of: name, in: directory)
                let names = member.value.array?.compactMap(\.string) ?? [member.value.string].compactMap { $0 }
                fields += names.map { PlotDefinition.Field($0, in: file) }
            }
            return fields
        default: throw PlotError(name, "one of its axes is no field")
        }
    }

    private static func path(_ text: String, of name: String, in directory: String) throws(PlotError) -> String {
        guard let path = joined(directory, text) else {
            throw PlotError(name, "\(QuotedPath.encode(text)) leaves the repository")
        }
        return path
    }

    /// Joins a path to a directory's; `nil` for one that is absolute or leads out of the top.
    private static func joined(_ directory: String, _ path: String) -> String? {
        guard !path.hasPrefix("/") else { return nil }
        var parts = directory.split(separator: "/")
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": guard parts.popLast() != nil else { return nil }
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
