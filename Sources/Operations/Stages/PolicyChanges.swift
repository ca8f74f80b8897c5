import Git
import ModelCore
import Registry

/// How two commits differ in the rules that others are judged by: gates, signers, remotes, targets.
struct PolicyChanges {
    private static let sections: Set<String> = ["gate", "remote", "stage", "deploy", "hooks", "metric"]

    private let repository: GitRepository
    private let base: GitObjectID
    private let head: GitObjectID

    init(_ repository: GitRepository, from base: GitObjectID, to head: GitObjectID) {
        self.repository = repository
        self.base = base
        self.head = head
    }

    /// Returns a line for each change, keys of the configuration first.
    func descriptions() async throws -> [String] {
        let (old, new) = (try await settings(at: base), try await settings(at: head))
        var lines: [String] = []
        if (old == nil) != (new == nil) {
            lines.append("\(Configuration.path) \(new == nil ? "cannot be read any more" : "can be read again")")
        }
        let (before, after) = (old ?? [:], new ?? [:])
        for key in Set(before.keys).union(after.keys).sorted() where before[key] != after[key] {
            let (old, new) = (before[key], after[key])
            switch (old, new) {
            case (nil, let new?): lines.append("\(key) is new: \(new.joined(separator: "; "))")
            case (let old?, nil): lines.append("\(key) is gone: it was \(old.joined(separator: "; "))")
            case (let old?, let new?):
                lines.append("\(key) was \(old.joined(separator: "; ")), and is \(new.joined(separator: "; "))")
            case (nil, nil): break
            }
        }
        let path = GitPath(AllowedSigners.path)
        let signers = (
            try await repository.objects.entry(at: path, in: base)?.id,
            try await repository.objects.entry(at: path, in: head)?.id
        )
        if signers.0 != signers.1 {
            lines.append("\(AllowedSigners.path) \(signers.1 == nil ? "is gone" : "was changed")")
        }
        return lines
    }

    /// The values of each key that is a rule; `nil` for a file that is no configuration.
    private func settings(at commit: GitObjectID) async throws -> [String: [String]]? {
        let bytes = try await repository.objects.file(at: GitPath(Configuration.path), in: commit, limit: 1 << 20)
        guard let bytes else { return [:] }
        guard let parsed = try? await repository.program.configuration(parsing: bytes) else { return nil }
        let rules = parsed.entries.filter { PolicyChanges.sections.contains($0.key.section) }
        return Dictionary(grouping: rules, by: \.key.text).mapValues { $0.map { $0.value ?? "true" } }
    }
}
