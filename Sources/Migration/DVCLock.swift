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
            for value in list where !pipeline.isUncached(value.mapping?["path"]?.string, of: name) {
                add(value, in: directory)
            }
        }
    }
}

/// What a `dvc.yaml` says that a `dvc.lock` leaves out.
private struct DVCPipeline {
    private static let lists = ["outs", "metrics", "plots"]

    private var stages: [String: [String: YAMLValue]] = [:]

    /// Reads it; what cannot be read says nothing, for people write it, and `dvc.lock` says nearly everything.
    init(parsing bytes: [UInt8]?) {
        guard let bytes, let value = try? YAMLReader.value(of: bytes) else { return }
        stages = value.mapping?["stages"]?.mapping?.compactMapValues { $0.mapping } ?? [:]
    }

    /// What is written of a stage; those that DVC makes of a template are called `name@item`.
    private func definition(of stage: String) -> [String: YAMLValue] {
        let template = stage.split(separator: "@", maxSplits: 1).first.map(String.init) ?? stage
        let found = stages[stage] ?? stages[template] ?? [:]
        return found["do"]?.mapping ?? found
    }

    /// Returns the directory that paths of a stage count from; empty for that of the file, `nil` where it cannot be known.
    func directory(of stage: String) -> String? {
        guard let place = definition(of: stage)["wdir"]?.string else { return "" }
        return place.firstRange(of: "${") == nil ? place : nil
    }

    /// Whether an output of a stage is said to be Git's (`cache: false`).
    func isUncached(_ path: String?, of stage: String) -> Bool {
        guard let path else { return false }
        let definition = definition(of: stage)
        return DVCPipeline.lists.contains { list in
            (definition[list]?.sequence ?? []).contains { $0.mapping?[path]?.mapping?["cache"]?.bool == false }
        }
    }
}
