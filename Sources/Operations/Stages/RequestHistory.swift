import Git
import ModelCore
import Registry

/// When the reviewed file began to ask for something, as commits tell.
struct RequestHistory {
    /// A commit that asks for it, and none of whose parents does.
    struct Asking {
        let commit: GitObjectID
        /// When it was committed, in seconds since 1970.
        let time: Int64
    }

    /// How many commits that changed the file are looked at.
    private static let limit = 1000

    let repository: GitRepository

    /// Returns where the asking that holds at a commit began; in several places where branches asked for the same.
    ///
    /// A merge only passes on what one of its sides asks for, whatever the other side asks for, and whenever it was.
    func askings(
        _ request: (model: ModelName, stage: StageName, version: SemanticVersion),
        upTo head: GitObjectID
    ) async throws -> [Asking] {
        func asks(_ commit: GitObjectID) async -> Bool {
            let requests = try? await StageRequests.at(commit, in: repository)
            return requests?.versions[request.model]?[request.stage] == request.version
        }
        let changes = try await changes(upTo: head)
        guard let last = changes.last, await asks(last) else { return [] }
        var (open, seen, found) = ([last], Set([last]), [Asking]())
        while let commit = open.popLast() {
            guard let change = changes.commits[commit] else { continue }
            var before: [GitObjectID] = []
            for parent in change.parents where changes.commits[parent] != nil {
                if await asks(parent) { before.append(parent) }
            }
            if before.isEmpty { found.append(Asking(commit: commit, time: change.time)) }
            open += before.filter { seen.insert($0).inserted }
        }
        return found
    }

    /// Whether this clone has what came before a commit.
    func hasParents(_ commit: GitObjectID) async throws -> Bool {
        let line = try await repository.program.run(["rev-list", "--parents", "--max-count=1", GitArgument(commit)])
            .line
        return line.split(separator: " ").count > 1
    }

    /// A commit that changed the file, with the ones before it that did.
    private struct Change {
        let time: Int64
        let parents: [GitObjectID]
    }

    /// Returns the commits that changed the file, and which of them was the last.
    private func changes(
        upTo head: GitObjectID
    ) async throws -> (commits: [GitObjectID: Change], last: GitObjectID?) {
        let output = try await repository.program.run([
            "rev-list", "--parents", "--timestamp", "--max-count=\(RequestHistory.limit)", GitArgument(head), "--",
            GitArgument(StageRequests.path),
        ])
        var commits: [GitObjectID: Change] = [:]
        var last: GitObjectID?
        for line in output.line.split(separator: "\n") {
            let words = line.split(separator: " ")
            let ids = words.dropFirst().compactMap { GitObjectID($0) }
            guard let time = words.first.flatMap({ Int64($0) }), let commit = ids.first else { continue }
            commits[commit] = Change(time: time, parents: Array(ids.dropFirst()))
            last = last ?? commit
        }
        return (commits, last)
    }
}
