import Documents
package import ModelCore

/// A file or directory that DVC keeps, as one of its files names it.
package struct DVCOutput: Hashable, Sendable {
    /// Where it belongs, from the top of the repository.
    package let path: RepositoryPath
    /// Its bytes.
    package let hash: DVCHash
    /// Its size in bytes, where DVC's file says it; not checked.
    package let size: Int64?
    /// Whether the file is executable.
    package let isExecutable: Bool
    /// The `.dvc` file or `dvc.lock` that names it.
    package let source: RepositoryPath
}

/// What one of DVC's files names and cannot be taken from there.
package struct DVCRefusal: Hashable, Sendable {
    /// The file, or what it names.
    package let subject: String
    /// Why not, as a clause that calls it "it".
    package let reason: String
    /// The file of DVC's that names it, or is it.
    package let source: String

    /// Creates a refusal.
    package init(subject: String, reason: String, source: String) {
        self.subject = subject
        self.reason = reason
        self.source = source
    }
}

/// What a `.dvc` file, or a `dvc.lock`, names.
package struct DVCOutputs: Sendable {
    /// What can be looked for.
    package private(set) var outputs: [DVCOutput] = []
    /// What cannot.
    package private(set) var refusals: [DVCRefusal] = []
    /// The notes for people in it (`desc`, `meta` and the like), by their keys.
    package private(set) var notes: Set<String> = []
    /// Whether it is the stage of a pipeline, as `.dvc` files could be before DVC 1.
    package private(set) var hasCommand = false

    /// The most bytes that a file of DVC's may have.
    package static let byteLimit: Int64 = 16 << 20

    private static let noteKeys: Set<String> = ["desc", "type", "labels", "meta"]

    let source: RepositoryPath

    /// Notes one element of a list of outputs, whose paths count from `directory`.
    mutating func add(_ value: YAMLValue, in directory: String) {
        guard let fields = value.mapping, let name = fields["path"]?.string else {
            return refuse(source.text, "an output in it has no path")
        }
        if fields["cache"]?.bool == false { return }
        notes.formUnion(DVCOutputs.noteKeys.intersection(fields.keys))
        let path: RepositoryPath
        do throws(DVCPathError) { path = try DVCPath.resolve(name, in: directory) } catch {
            return refuse(name, "\(error.reason), says \(source)")
        }
        if fields["files"] != nil || fields["cloud"] != nil {
            return refuse(path.text, "it is in a remote of DVC by the names and versions of the cloud's own files")
        }
        guard let text = fields["md5"]?.string else {
            return refuse(path.text, "\(source) has no MD5 of it: it was never committed by DVC, or is kept elsewhere")
        }
        let algorithm = fields["hash"]?.string ?? DVCHash.Algorithm.md5OfUnixText.rawValue
        guard let known = DVCHash.Algorithm(rawValue: algorithm) else {
            return refuse(path.text, "its hash is of a kind that is not known here: \(algorithm)")
        }
        guard let hash = DVCHash(text, known) else { return refuse(path.text, "what \(source) has is no MD5") }
        let size = fields["size"]?.integer
        guard size ?? 0 >= 0 else { return refuse(path.text, "its size in \(source) is negative") }
        let isExecutable = fields["isexec"]?.bool ?? false
        outputs.append(
            DVCOutput(
                path: path,
                hash: hash,
                size: size,
                isExecutable: isExecutable && !hash.isDirectory,
                source: source
            )
        )
    }

    init(source: RepositoryPath) { self.source = source }

    mutating func refuse(_ subject: String, _ reason: String) {
        refusals.append(DVCRefusal(subject: subject, reason: reason, source: source.text))
    }
}

extension DVCOutputs {
    /// Reads a `.dvc` file, which lies at `source`; throws `FormatError` where it is none.
    package init(stage bytes: [UInt8], at source: RepositoryPath) throws(FormatError) {
        self.init(source: source)
        guard let fields = try YAMLReader.value(of: bytes)?.mapping else {
            throw FormatError("DVC file", .malformed("it is no mapping"))
        }
        notes = DVCOutputs.noteKeys.intersection(fields.keys)
        hasCommand = fields["cmd"].map { !$0.isNull } ?? false
        let directory = DVCPath.join(source.parent?.text ?? "", fields["wdir"]?.string ?? "")
        guard let outs = fields["outs"], !outs.isNull else { return }
        guard let list = outs.sequence else { throw FormatError("DVC file", .malformed("\"outs\" is no list")) }
        for value in list { add(value, in: directory) }
    }
}
