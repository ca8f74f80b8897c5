import Git
import ModelCore
import Registry
import Runs
import Store

/// Which number of the next version has to grow, and why.
///
/// Major: what uses the model has to change, for its signature or environment did, or an artifact is gone. Minor: its
/// architecture is another, or something was added. Patch: the same, trained again.
struct BumpProposal {
    /// The number.
    private(set) var bump = SemanticVersion.Bump.patch
    /// Why, a clause each; what nobody could look at comes last.
    private(set) var reasons: [String] = []
    /// What the description says that is not so any more.
    private(set) var warnings: [String] = []
    /// What to do about that.
    private(set) var hints: [String] = []
    private var doubts: [String] = []

    /// What somebody chose, without reasons.
    static let chosen = BumpProposal()
    /// The first version.
    static let first = BumpProposal(reasons: ["it is the first version"])

    private init(reasons: [String] = []) { self.reasons = reasons }

    /// Compares a commit with the version before.
    init(
        of model: ModelDescription,
        at commit: GitObjectID,
        after version: ModelVersion,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        let objects = workspace.repository
        let before = try await ModelIndex.at(version.commit, in: objects).model(model.name)
        let after = try await ModelIndex.at(commit, in: objects).model(model.name)
        compareSignatures(before, after)
        let hasOtherSignature = !reasons.isEmpty
        let old = try await workspace.pointers(of: try await workspace.resolve(version.tag.text)).entries
        let own = Set(after?.artifacts ?? []).union(old.map(\.path))
        let new = try await workspace.pointers(at: commit).entries.filter { own.contains($0.path) }
        let oldRun = try await workspace.evidence(at: version.commit, of: old).run
        let newRun = try await workspace.evidence(at: commit, of: new).run
        compareEnvironments(oldRun?.environment, newRun?.environment)
        let lookup = ComparisonLookup(workspace: workspace, store: store, fetches: false)
        let changed = try await compareArtifacts(old, new, lookup)
        if let signature = before?.signature {
            for graph in changed.flatMap({ GraphSignature.changed(from: $0.before, to: $0.after, in: store) }) {
                compare(graph, describedBy: signature, now: after?.signature, isNoted: hasOtherSignature)
            }
        }
        if reasons.isEmpty, changed.isEmpty { reasons = ["no artifact changed; other files did"] }
        if reasons.isEmpty, doubts.isEmpty { reasons = ["the same artifacts with other values"] }
        reasons += doubts
    }

    private mutating func need(_ part: SemanticVersion.Bump, _ reason: String) {
        reasons.append(reason)
        if part == .major || bump == .patch { bump = part }
    }

    private mutating func compareSignatures(_ before: ModelDescription?, _ after: ModelDescription?) {
        for side in ["inputs", "outputs"] {
            let (old, new) = (before?.signatureParts(side) ?? [:], after?.signatureParts(side) ?? [:])
            compare(
                side,
                of: "the signature",
                old.mapValues(\.withoutNamesOfDimensions),
                new.mapValues(\.withoutNamesOfDimensions)
            )
        }
    }

    private mutating func compare(
        _ side: String,
        of subject: String,
        _ old: [String: JSONValue],
        _ new: [String: JSONValue]
    ) {
        // A model that had no signature promised nothing.
        guard !old.isEmpty else { return }
        for (name, form) in old.sorted(by: { $0.key < $1.key }) {
            guard let now = new[name] else {
                need(.major, "\(side) of \(subject) have no \(QuotedPath.encode(name)) any more")
                continue
            }
            if now != form { need(.major, "\(QuotedPath.encode(name)) of \(subject)'s \(side) is another") }
        }
        for name in new.keys.sorted() where old[name] == nil {
            // Whoever calls it does not give a new input.
            need(side == "inputs" ? .major : .minor, "\(side) of \(subject) have \(QuotedPath.encode(name)) now")
        }
    }

    /// Compares the graphs of a model whose description was copied from it, and may not have been again.
    ///
    /// A description of other names is somebody's own, of what is around the graph, and counts by itself.
    private mutating func compare(
        _ graph: GraphSignature,
        describedBy described: ModelSignature,
        now: ModelSignature?,
        isNoted: Bool
    ) {
        guard let old = graph.before, let new = graph.after else {
            doubts.append(
                "whether \(graph.path) takes and gives the same was not looked at, for bytes of it are not here"
            )
            return
        }
        guard graph.isOther, described.hasNames(of: old) else { return }
        if !isNoted {
            for side in ["inputs", "outputs"] {
                compare(side, of: graph.path.text, old.json.parts(side), new.json.parts(side))
            }
        }
        guard let now, now.withoutNamesOfDimensions != new else { return }
        warnings.append("the description's signature is not that of \(graph.path) any more")
        hints.append("describe it anew: `git model describe --signature \(graph.path.shellWord)`, then `git commit`")
    }

    private mutating func compareEnvironments(_ before: RunEnvironment?, _ after: RunEnvironment?) {
        guard let before, let after else { return }
        func series(_ version: String?) -> String? {
            version?.split(separator: ".").prefix(2).joined(separator: ".")
        }
        let (old, new) = (series(before.python?.version), series(after.python?.version))
        if let old, let new, old != new { need(.major, "it was trained with Python \(new), and with \(old) before") }
        if let old = before.image, let new = after.image, old != new { need(.major, "its container image is another") }
    }

    /// Returns the artifacts that changed.
    private mutating func compareArtifacts(
        _ before: [PointerIndex.Entry],
        _ after: [PointerIndex.Entry],
        _ lookup: ComparisonLookup
    ) async throws -> [(before: PointerIndex.Entry, after: PointerIndex.Entry)] {
        var changed: [(before: PointerIndex.Entry, after: PointerIndex.Entry)] = []
        let new = Dictionary(after.map { ($0.path, $0) }) { first, _ in first }
        let old = Dictionary(before.map { ($0.path, $0) }) { first, _ in first }
        for artifact in before where new[artifact.path] == nil { need(.major, "\(artifact.path) is gone") }
        for artifact in after {
            guard let earlier = old[artifact.path] else {
                need(.minor, "\(artifact.path) is new")
                continue
            }
            guard earlier.pointer != artifact.pointer else { continue }
            changed.append((earlier, artifact))
            let found = try await lookup.find(from: earlier.pointer, to: artifact.pointer, at: artifact.path)
            if let problem = found.problem { doubts.append("\(artifact.path): \(problem)") }
            let rows = (found.comparison?.changes ?? []).map { TensorChangeRow($0) }
            let shaped = rows.filter { $0.change != "changed" }
            if let first = shaped.first {
                let more = shaped.count > 1 ? " and \(shaped.count - 1) more" : ""
                need(.minor, "tensor \(QuotedPath.encode(first.name))\(more) of \(artifact.path): \(first.change)")
            }
        }
        return changed
    }
}

extension ModelDescription {
    /// What the signature says of each input or output, by name.
    func signatureParts(_ side: String) -> [String: JSONValue] {
        guard let document = try? JSONValue(parsing: encoded).object else { return [:] }
        return document["signature"]?.parts(side) ?? [:]
    }
}

extension JSONValue {
    /// An input or output with any number of elements where a dimension has a name, which exporters choose anew.
    fileprivate var withoutNamesOfDimensions: JSONValue {
        guard var fields = object, let shape = fields["shape"]?.array else { return self }
        fields["shape"] = .array(shape.map { $0.string == nil ? $0 : JSONValue(-1) })
        return .object(fields)
    }

    /// What a signature says of each input or output, by name.
    fileprivate func parts(_ side: String) -> [String: JSONValue] {
        var named: [String: JSONValue] = [:]
        for (position, part) in (object?[side]?.array ?? []).enumerated() {
            named[part.object?["name"]?.string ?? "\(position)"] = part
        }
        return named
    }
}
