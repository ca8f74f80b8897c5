import SystemPackage

/// What a walk has yet to look at, shared by its threads, and what they found.
///
/// The last step added is taken first, so that the directories open at a time are those on the way down, however wide
/// the tree.
final class WalkQueue: Sendable {
    /// From how many names on the walk is worth more threads: to start one costs as much as to look at some ten files.
    private static let namesForHelpers = 1024

    private struct State {
        /// What is to be done, last step first.
        var steps: [WalkStep] = []
        /// The number of steps that a thread is at.
        var busy = 0
        /// How many names the directories read so far have.
        var nameCount = 0
        var hasHelpers = false
        /// The entries of neighbouring files, in the order in which threads came by them.
        var runs: [[DirectoryWalk.Entry]] = []
        var failure: IOError?
    }

    private let state: Monitor<State>
    private let isIncluded: @Sendable (String, FileStatus.Kind) -> Bool

    /// Opens a walk's root, which must be a directory and no link.
    init(_ root: FilePath, _ isIncluded: @escaping @Sendable (String, FileStatus.Kind) -> Bool) throws(IOError) {
        let directory = WalkDirectory(try DirectoryStream(root, fullPath: root), prefix: "")
        state = Monitor(State(steps: [.list(directory)]))
        self.isIncluded = isIncluded
    }

    /// Walks to the end on this thread, and on others where there is much to look at; returns the entries sorted by
    /// path.
    func entries() throws(IOError) -> [DirectoryWalk.Entry] {
        work()
        let (runs, failure) = state.wait { state in
            state.busy == 0 && state.steps.isEmpty ? (state.runs, state.failure) : nil
        }
        if let failure { throw failure }
        // A run holds what stands between two directories, so that no other run's paths fall between its own.
        return runs.sorted { $0[0].path.utf8.lexicographicallyPrecedes($1[0].path.utf8) }.flatMap { $0 }
    }

    /// Takes steps until none is left and none can follow.
    private func work() {
        while let step = next() {
            do throws(IOError) {
                finish(try step.perform(where: isIncluded))
            } catch {
                state.update { state in
                    state.failure = state.failure ?? error
                    state.steps = []
                    state.busy -= 1
                }
            }
        }
    }

    private func next() -> WalkStep? {
        state.wait { state -> WalkStep?? in
            if let step = state.steps.popLast() {
                state.busy += 1
                return step
            }
            return state.busy == 0 ? .some(nil) : nil
        }
    }

    private func finish(_ outcome: WalkStep.Outcome) {
        let needsHelpers = state.update { state in
            state.busy -= 1
            guard state.failure == nil else { return false }
            if !outcome.entries.isEmpty { state.runs.append(outcome.entries) }
            state.steps += outcome.steps.reversed()
            state.nameCount += outcome.nameCount
            guard !state.hasHelpers, state.nameCount >= WalkQueue.namesForHelpers else { return false }
            state.hasHelpers = true
            return true
        }
        guard needsHelpers else { return }
        for _ in 1..<WorkerThread.processorCount { WorkerThread.start { self.work() } }
    }
}
