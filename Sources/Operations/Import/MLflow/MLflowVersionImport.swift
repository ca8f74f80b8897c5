import Git
import Migration
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// The registered versions of one `import mlflow`: their files go through the batch, then each becomes a commit and a
/// tag.
struct MLflowVersionImport {
    /// From this size on, an earlier version is made readable first, so that the next can be stored as a difference to
    /// it.
    private static let readableByteCount: Int64 = 64 << 10

    /// A version whose files are in the store.
    struct Taken {
        let plan: MLflowVersionPlan
        let path: RepositoryPath
        let result: ArtifactIngest.Result
    }

    private let workspace: Workspace
    private let store: LocalStore
    private let source: any MLflowSource
    private(set) var taken: [Taken] = []
    /// What runs made, by MLflow's ids of them.
    private(set) var outputs: [String: [RunOutput]] = [:]
    /// What was stored last of each model.
    private var latest: [ModelName: Pointer] = [:]

    init(_ workspace: Workspace, store: LocalStore, from source: any MLflowSource) async throws {
        self.workspace = workspace
        self.store = store
        self.source = source
    }

    /// Notes what was made of a version before.
    mutating func note(_ plan: MLflowVersionPlan) throws {
        let path = try plan.path
        guard let artifact = plan.existing?.trailers?.artifacts.first(where: { $0.path == path }) else { return }
        latest[plan.model] = artifact.pointer
        add(artifact.pointer, at: path, madeBy: plan.source.run)
    }

    /// Puts the files of a version into the store.
    mutating func take(
        _ plan: MLflowVersionPlan,
        below scratch: FilePath,
        into batch: inout AddBatch
    ) async throws -> MLflowFiles {
        let path = try plan.path
        try await batch.requireAddable(path)
        let files = try await source.files(of: plan.source)
        guard files.count > 0 else { throw MLflowAbsence("it has no files") }
        batch.begin("\(plan.model)@\(plan.version)", byteCount: files.byteCount)
        let directory = try TemporaryDirectory(in: scratch)
        let place = try await source.bring(files, below: directory.path) { _ in }
        guard let artifact = try ArtifactFiles(at: place) else { throw MLflowAbsence("its files are gone") }
        var bases = BaseCatalog.empty
        if let earlier = latest[plan.model] {
            if earlier.size >= MLflowVersionImport.readableByteCount { try batch.session.makeReadable() }
            bases = BaseCatalog(of: [earlier], comparedWith: earlier, in: store)
        }
        // The files are not where the artifact is going to be: nothing of what they hash to is worth remembering.
        var cache = StatCache(directory.path.appending("stat-cache"))
        let result = try await ArtifactIngest(session: batch.session).add(artifact, bases: bases, cache: &cache)
        batch.keep(result.pointer)
        latest[plan.model] = result.pointer
        add(result.pointer, at: path, madeBy: plan.source.run)
        taken.append(Taken(plan: plan, path: path, result: result))
        return files
    }

    private mutating func add(_ pointer: Pointer, at path: RepositoryPath, madeBy run: String?) {
        guard let run else { return }
        let output = RunOutput(path: path.text, oid: pointer.oid.description, size: pointer.size)
        // A run may have been registered twice.
        if outputs[run]?.contains(output) != true { outputs[run, default: []].append(output) }
    }

    /// Makes a commit and a tag of one version, whose files the store has.
    func commit(_ item: Taken, of model: MLflowModel, _ report: inout ImportMLflow.Report) async throws -> String {
        let plan = item.plan
        let commit = try await ImportCommit(in: workspace, isDryRun: false)
        var batch = try await AddBatch(importingInto: workspace, store: store, model: plan.model.text)
        do {
            var description = try workspace.models().first { $0.name == plan.model } ?? ModelDescription(plan.model)
            description.takeMetadata(of: plan.source, model)
            description.add(item.path)
            try await commit.begin(
                changing: [IgnoreFile.path(in: item.path.parent), RepositoryPath(description.path)],
                staging: [item.path.appendingPointerSuffix]
            )
            _ = try workspace.write(description)
            batch.take(item.path, item.result, isExecutable: false)
            var added = Add.Report()
            try await batch.commit(stages: true, into: &added)
            report.warnings += added.warnings
        } catch {
            batch.abandon()
            throw error
        }
        // An import that was interrupted may have committed it, and not tagged it.
        if try await workspace.repository.index.changes(since: commit.head).isEmpty {
            try commit.end()
        } else if let made = try await commit.make("Import \(plan.model) \(plan.version) from MLflow") {
            report.commits.append(made.hex)
        }
        let tag = try await TagVersion(
            .named("\(plan.model)@\(plan.version)"),
            messages: ["\(plan.model) \(plan.version)\n\(plan.words)"]
        ).run(in: workspace.context)
        return tag.tag
    }
}

extension MLflowVersionPlan {
    /// What the tag says below its subject.
    fileprivate var words: String {
        let run = source.run.map { ", of run \($0)" } ?? ""
        let origin = "Version \(source.number) of \(source.model) in MLflow\(run)"
        return [source.description, origin].compactMap { $0 }.map(Redaction.value).joined(separator: "\n\n")
    }
}

extension ModelDescription {
    /// The most bytes of a text that comes from MLflow; its own limit is that of tags.
    private static let textLimit = 8000

    /// Takes what MLflow says of a version, in the place of what it said of an earlier one.
    mutating func takeMetadata(of version: MLflowModelVersion, _ model: MLflowModel) {
        for key in metadata.keys where key.hasPrefix(MLflowVersionPlan.metadataPrefix) { metadata[key] = nil }
        var own = ["name": version.model, "version": "\(version.number)"]
        own["run"] = version.run
        own["created"] = version.created.map { Timestamp(milliseconds: $0).text }
        own["description"] = version.description
        own["model"] = model.description
        for (tag, value) in version.tags { own["tag.\(tag)"] = Redaction.value(value, of: tag) }
        for (key, value) in own {
            metadata[MLflowVersionPlan.metadataPrefix + key] = Redaction.value(ModelDescription.beginning(of: value))
        }
    }

    /// Returns as much of a text as is taken, without a part of a character's bytes at its end.
    private static func beginning(of text: String) -> String {
        // Not characters: one may have any number of bytes.
        var end = text.utf8.index(text.startIndex, offsetBy: textLimit, limitedBy: text.endIndex) ?? text.endIndex
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text.unicodeScalars[..<end])
    }
}
