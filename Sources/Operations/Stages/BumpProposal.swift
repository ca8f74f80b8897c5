import Git
import ModelCore
import Registry
import Runs
import Store

/// Which number of the next version has to grow, and why.
///
/// Major: what uses the model has to change, for its signature or environment did, or an artifact is gone. Minor: its architecture is
/// another, or something was added. Patch: the same, trained again.
struct BumpProposal {
    /// The number.
    private(set) var bump = SemanticVersion.Bump.patch
    /// Why, a clause each.
    private(set) var reasons: [String] = []

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
        let old = try await workspace.pointers(of: try await workspace.resolve(version.tag.text)).entries
        let own = Set(after?.artifacts ?? []).union(old.map(\.path))
        let new = try await workspace.pointers(at: commit).entries.filter { own.contains($0.path) }
        let oldRun = try await workspace.evidence(at: version.commit, of: old).run
        let newRun = try await workspace.evidence(at: commit, of: new).run
        compareEnvironments(oldRun?.environment, newRun?.environment)
        try await compareArtifacts(old, new, ComparisonLookup(workspace: workspace, store: store, fetches: false))
        if reasons.isEmpty { reasons = ["the same artifacts with other values"] }
    }

    private mutating func need(_ part: SemanticVersion.Bump, _ reason: String) {
        reasons.append(reason)
        if part == .major || bump == .patch { bump = part }
    }

    private mutating func compareSignatures(_ before: ModelDescription?, _ after: ModelDescription?) {
        for side in ["inputs", "outputs"] {
            let old = before?.signatureParts(side) ?? [:]
            let new = after?.signatureParts(side) ?? [:]
            // A model that had no signature promised nothing.
            guard !old.isEmpty else { continue }
            for (name, form) in old.sorted(by: { $0.key < $1.key }) {
                guard let now = new[name] else {
                    need(.major, "\(side) of the signature have no \(QuotedPath.encode(name)) any more")
                    continue
                }
                if now != form { need(.major, "\(QuotedPath.encode(name)) of the signature's \(side) is another") }
            }
            for name in new.keys.sorted() where old[name] == nil {
                // Whoever calls it does not give a new input.
                need(side == "inputs" ? .major : .minor, "\(side) of the signature have \(QuotedPath.encode(name)) now")
            }
        }
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

    private mutating func compareArtifacts(
        _ before: [PointerIndex.Entry],
        _ after: [PointerIndex.Entry],
        _ lookup: ComparisonLookup
    ) async throws {
        let new = Dictionary(after.map { ($0.path, $0) }) { first, _ in first }
        let old = Dictionary(before.map { ($0.path, $0) }) { first, _ in first }
        for artifact in before where new[artifact.path] == nil { need(.major, "\(artifact.path) is gone") }
        for artifact in after {
            guard let earlier = old[artifact.path] else {
                need(.minor, "\(artifact.path) is new")
                continue
            }
            guard earlier.pointer != artifact.pointer else { continue }
            let found = try await lookup.find(from: earlier.pointer, to: artifact.pointer, at: artifact.path)
            let rows = (found.comparison?.changes ?? []).map { TensorChangeRow($0) }
            let shaped = rows.filter { $0.change != "changed" }
            if let first = shaped.first {
                let more = shaped.count > 1 ? " and \(shaped.count - 1) more" : ""
                need(.minor, "tensor \(QuotedPath.encode(first.name))\(more) of \(artifact.path): \(first.change)")
            }
        }
    }
}

extension ModelDescription {
    /// What the signature says of each input or output, by name.
    func signatureParts(_ side: String) -> [String: JSONValue] {
        guard let document = try? JSONValue(parsing: encoded).object,
            let parts = document["signature"]?.object?[side]?.array
        else { return [:] }
        var named: [String: JSONValue] = [:]
        for (position, part) in parts.enumerated() { named[part.object?["name"]?.string ?? "\(position)"] = part }
        return named
    }
}
