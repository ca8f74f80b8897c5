import Documents
package import ModelCore

extension DVCOutputs {
    private static let schemas: Set<String> = ["2.0"]

    /// Reads a `dvc.lock`, which lies at `source`; throws `FormatError` where it is none.
    ///
    /// The `dvc.yaml` beside it says in which directories its stages ran, and which outputs Git has.
    package init(lock bytes: [UInt8], pipeline: [UInt8]?, at source: RepositoryPath) throws(FormatError) {
        self.init(source: source)
        guard let value = try YAMLReader.value(of: bytes), !value.isNull else { return }
        guard let fields = value.mapping else { throw FormatError("dvc.lock", .malformed("it is no mapping")) }
        if let schema = fields["schema"], !DVCOutputs.schemas.contains(schema.string ?? "") {
            throw FormatError("dvc.lock", .malformed("its schema is not known here: \(schema.string ?? "none")"))
        }
        // Before DVC 2, stages stood at the top.
        let stages = fields["schema"] == nil ? fields : fields["stages"]?.mapping ?? [:]
        let pipeline = DVCPipeline(parsing: pipeline)
        for (name, stage) in stages.sorted(by: { $0.key < $1.key }) {
            guard let stage = stage.mapping else {
                throw FormatError("dvc.lock", .malformed("stage \(name) is no mapping"))
            }
            guard let outs = stage["outs"], !outs.isNull else { continue }
            guard let list = outs.sequence else {
                throw FormatError("dvc.lock", .malformed("the outputs of stage \(name) are no list"))
            }
            guard let place = pipeline.directory(of: name) else {
                refuse(source.text, "the working directory of stage \(name) is only known to DVC")
                continue
            }
            let directory = DVCPath.join(source.parent?.text ?? "", place)
            let uncached = pipeline.uncached(by: name)
            for value in list where value.mapping?["path"]?.string.map(uncached.contains) != true {
                add(value, in: directory)
            }
        }
    }
}

/// What a `dvc.yaml` says that a `dvc.lock` leaves out.
private struct DVCPipeline {
    private static let lists = ["outs", "metrics", "plots"]

    private var stages: [String: [String: YAMLValue]] = [:]
    /// Once for all stages that are made of one template.
    private var uncached: [String: Set<String>] = [:]

    /// Reads it; what cannot be read says nothing, for people write it, and `dvc.lock` says nearly everything.
    init(parsing bytes: [UInt8]?) {
        guard let bytes, let value = try? YAMLReader.value(of: bytes) else { return }
        let found = value.mapping?["stages"]?.mapping?.compactMapValues { $0.mapping } ?? [:]
        stages = found.mapValues { $0["do"]?.mapping ?? $0 }
        uncached = stages.mapValues(DVCPipeline.uncached)
    }

    /// The name under which a stage is written; those that DVC makes of a template are called `name@item`.
    private func definedName(of stage: String) -> String {
        if stages[stage] != nil { return stage }
        return stage.split(separator: "@", maxSplits: 1).first.map(String.init) ?? stage
    }

    /// Returns the directory that paths of a stage count from; empty for that of the file, `nil` where it cannot be
    /// known.
    func directory(of stage: String) -> String? {
        guard let place = stages[definedName(of: stage)]?["wdir"]?.string else { return "" }
        return place.firstRange(of: "${") == nil ? place : nil
    }

    /// Returns the outputs of a stage that are said to be Git's (`cache: false`).
    func uncached(by stage: String) -> Set<String> { uncached[definedName(of: stage)] ?? [] }

    private static func uncached(in definition: [String: YAMLValue]) -> Set<String> {
        let outputs = lists.flatMap { definition[$0]?.sequence ?? [] }.compactMap(\.mapping)
        return Set(outputs.flatMap { $0.filter { $1.mapping?["cache"]?.bool == false }.keys })
    }
}
