import Documents
package import ModelCore

/// The files of metrics and parameters that a `dvc.yaml` names, for a whole project and for its stages.
///
/// Source: https://dvc.org/doc/user-guide/project-structure/dvcyaml-files. What a template would fill in (`${…}`) is
/// only known to DVC, and is left out.
package struct DVCReports: Sendable, Equatable {
    /// The file's name.
    package static let fileName = "dvc.yaml"
    /// The file that a stage's parameters are in where it names none.
    private static let defaultParameters = "params.yaml"

    /// The files of metrics, from the top of the repository, each once, sorted.
    package private(set) var metrics: [RepositoryPath] = []
    /// The files of parameters, from the top of the repository, each once, sorted.
    package private(set) var parameters: [RepositoryPath] = []

    /// Reads a `dvc.yaml`, which lies at `source`; throws `FormatError` where it is none.
    ///
    /// Paths that lead out of the repository, or are none, are left out.
    package init(parsing bytes: [UInt8], at source: RepositoryPath) throws(FormatError) {
        guard let value = try YAMLReader.value(of: bytes), !value.isNull else { return }
        guard let fields = value.mapping else { throw FormatError("dvc.yaml", .malformed("it is no mapping")) }
        let place = source.parent?.text ?? ""
        var metrics = DVCReports.paths(DVCReports.names(in: fields["metrics"]), in: place)
        var parameters = DVCReports.paths(DVCReports.names(in: fields["params"]), in: place)
        for stage in fields["stages"]?.mapping?.values.compactMap(\.mapping) ?? [] {
            let stage = stage["do"]?.mapping ?? stage
            let directory = stage["wdir"]?.string ?? ""
            guard directory.firstRange(of: "${") == nil else { continue }
            let inner = DVCPath.join(place, directory)
            metrics.formUnion(DVCReports.paths(DVCReports.names(in: stage["metrics"]), in: inner))
            parameters.formUnion(DVCReports.paths(DVCReports.parameterFiles(of: stage["params"]), in: inner))
        }
        self.metrics = metrics.sorted()
        self.parameters = parameters.sorted()
    }

    /// Returns the paths of a list, each a text or the only key of its options.
    private static func names(in list: YAMLValue?) -> [String] {
        (list?.sequence ?? []).flatMap { item in item.string.map { [$0] } ?? item.mapping.map { Array($0.keys) } ?? [] }
    }

    /// Returns the files of a stage's list of parameters: texts name what is in the usual file, keys are files of their
    /// own.
    private static func parameterFiles(of list: YAMLValue?) -> [String] {
        (list?.sequence ?? []).flatMap { item in item.mapping.map { Array($0.keys) } ?? [defaultParameters] }
    }

    private static func paths(_ names: [String], in directory: String) -> Set<RepositoryPath> {
        Set(names.filter { $0.firstRange(of: "${") == nil }.compactMap { try? DVCPath.resolve($0, in: directory) })
    }
}
