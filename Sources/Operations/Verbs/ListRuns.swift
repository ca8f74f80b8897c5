import ModelCore
package import Runs

/// `git model runs`: the runs that were recorded here.
package struct ListRuns: Sendable {
    /// The runs.
    package struct Report: Operations.Report {
        /// The runs that were asked for, in the order that was.
        package let runs: [RunRecord]
        /// How many there are in all.
        package let count: Int
        /// Those of the runs that are kept in Git.
        package let kept: [RunID]
        package let warnings: [String]
        package let hints: [String]
    }

    private let filter: RunFilter?
    private let key: String?
    private let isReversed: Bool
    private let limit: Int?
    private let scope: RunScope

    /// Creates the operation: only runs that `filter` accepts, sorted by what `key` names, or by when they began, the
    /// last first.
    ///
    /// With a key the smallest value comes first; `isReversed` turns that round. Runs without a value come last.
    /// `scope` says whose kept runs count beside those that were recorded here.
    package init(
        where filter: RunFilter? = nil,
        sortedBy key: String? = nil,
        isReversed: Bool = false,
        limit: Int? = nil,
        scope: RunScope = .head
    ) {
        self.filter = filter
        self.key = key
        self.isReversed = isReversed
        self.limit = limit
        self.scope = scope
    }

    /// Reads the records.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let contents = try await workspace.runContents(scope)
        var runs = contents.records.filter { filter?.accepts($0) ?? true }
        if let key { runs = sorted(runs, by: key) } else { runs = isReversed ? runs : runs.reversed() }
        let hint = "record one: `git model run -- python train.py`"
        runs = limit.map { Array(runs.prefix(max(0, $0))) } ?? runs
        return Report(
            runs: runs,
            count: contents.records.count,
            kept: runs.map(\.id).filter(contents.kept.contains),
            warnings: contents.unreadable.map { "the record of run \($0.abbreviated) cannot be read" }
                + unknownNames(among: contents.records).map { "no run has \(QuotedPath.encode($0))" },
            hints: contents.records.isEmpty && contents.unreadable.isEmpty ? [hint] : []
        )
    }

    /// The names of the condition and of the key that mean nothing in any run, as misspelt ones do.
    private func unknownNames(among runs: [RunRecord]) -> [String] {
        var seen: Set<String> = []
        let names = ((filter?.names ?? []) + [key].compactMap(\.self)).filter { seen.insert($0).inserted }
        return runs.isEmpty ? [] : names.filter { name in !runs.contains { $0.value(named: name) != nil } }
    }

    private func sorted(_ runs: [RunRecord], by key: String) -> [RunRecord] {
        let values = runs.map { ($0, $0.value(named: key)) }
        // No number is neither the smallest nor the largest.
        let isKnown = { (value: ParameterValue?) in value.map { $0.number?.isNaN != true } ?? false }
        let known = values.filter { isKnown($0.1) }.sorted { left, right in
            isReversed ? right.1.precedes(left.1) : left.1.precedes(right.1)
        }
        return known.map(\.0) + values.filter { !isKnown($0.1) }.map(\.0)
    }
}

extension ParameterValue? {
    /// Numbers come before texts.
    fileprivate func precedes(_ other: ParameterValue?) -> Bool {
        switch (self?.number, other?.number) {
        case (let left?, let right?): left < right
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): (self?.description ?? "") < (other?.description ?? "")
        }
    }
}
