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

    /// Whether a request still holds.
    enum State {
        case open
        /// This happened to the stage after it was made.
        case overtaken(StageEvent)
        /// Nobody can tell whether this happened before or after it was made, for the clone is shallow.
        case unknown(StageEvent)
    }

    /// How many commits that changed the file are looked at.
    private static let limit = 1000

    let repository: GitRepository

    /// Returns whether somebody did something to the stage after what a commit asks for was asked for, as a rollback,
    /// unless that gave it what is asked for.
    func state(
        of request: StageRequests.Request,
        for model: ModelName,
        in stage: StageName,
        upTo head: GitObjectID,
        _ history: StageHistory
    ) async throws -> State {
        guard let last = history.last(of: model, in: stage),
            history.current(of: model, in: stage)?.version?.version != request.version
        else { return .open }
        let askings = try await askings((model: model, stage: stage, request: request), upTo: head)
        guard !askings.isEmpty else { return .open }
        let later = askings.filter { $0.time >= last.time }
        guard !later.isEmpty else { return .overtaken(last) }
        guard try await repository.isShallow() else { return .open }
        // The oldest commit of a shallow clone seems to add every file.
        for asking in later where try await hasParents(asking.commit) { return .open }
        return .unknown(last)
    }

    /// Returns where the asking that holds at a commit began; in several places where branches asked for the same.
    ///
    /// A merge only passes on what one of its sides asks for, whatever the other side asks for, and whenever it was.
    private func askings(
        _ wanted: (model: ModelName, stage: StageName, request: StageRequests.Request),
        upTo head: GitObjectID
    ) async throws -> [Asking] {
        func asks(_ commit: GitObjectID) async -> Bool {
            let requests = try? await StageRequests.at(commit, in: repository)
            return requests?.requests[wanted.model]?[wanted.stage] == wanted.request
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
    private func hasParents(_ commit: GitObjectID) async throws -> Bool {
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
