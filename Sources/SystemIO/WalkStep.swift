import SystemPackage

/// A piece of a walk that one thread does.
enum WalkStep: Sendable {
    /// Open a directory by its name in another, and read its names.
    case enter(String, in: WalkDirectory)
    /// Read the names of an open directory.
    case list(WalkDirectory)
    /// Look at neighbouring files of a directory.
    case inspect(ArraySlice<DirectoryEntry>, in: WalkDirectory)

    /// What a step found, and what is to be done next.
    struct Outcome: Sendable {
        /// Files, links and special files, sorted by path.
        var entries: [DirectoryWalk.Entry] = []
        /// The steps that follow, in the order of paths.
        var steps: [WalkStep] = []
        /// The number of names that were read.
        var nameCount = 0
    }

    /// How many files a thread looks at before another may take over.
    private static let inspectedTogether = 256

    /// Does the piece; what has vanished yields nothing.
    func perform(where isIncluded: (String, FileStatus.Kind) -> Bool) throws(IOError) -> Outcome {
        switch self {
        case .enter(let name, let parent):
            guard let directory = try parent.directory(named: name) else { return Outcome() }
            return try WalkStep.list(directory).perform(where: isIncluded)
        case .list(let directory):
            let names = try directory.stream.sortedEntries()
            var outcome = Outcome(nameCount: names.count)
            let included = names.filter { isIncluded(directory.prefix + $0.name, $0.kind) }
            outcome.steps = WalkStep.steps(for: included, in: directory)
            // The common directory of a few files needs no second step.
            if outcome.steps.count == 1, case .inspect(let files, _) = outcome.steps[0] {
                outcome.steps = []
                outcome.entries = try directory.entries(of: files)
            }
            return outcome
        case .inspect(let files, let directory):
            return Outcome(entries: try directory.entries(of: files))
        }
    }

    /// Returns the steps for a directory's names: one a directory, and as few for the files between as their number
    /// allows.
    private static func steps(for names: [DirectoryEntry], in directory: WalkDirectory) -> [WalkStep] {
        var steps: [WalkStep] = []
        var rest = names[...]
        while let first = rest.first {
            if first.kind == .directory {
                steps.append(.enter(first.name, in: directory))
                rest.removeFirst()
            } else {
                let files = rest.prefix(inspectedTogether).prefix { $0.kind != .directory }
                steps.append(.inspect(files, in: directory))
                rest = rest[files.endIndex...]
            }
        }
        return steps
    }
}
