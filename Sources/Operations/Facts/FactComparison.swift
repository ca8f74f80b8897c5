import Runs

/// How metrics or parameters differ between two sides.
package struct FactDifferences<Row: Encodable & Sendable>: Report {
    /// The earlier side.
    package let from: FactSide
    /// The later side.
    package let to: FactSide
    /// Those that differ, or all that were asked for, by name.
    package let rows: [Row]
    /// Whether any of those that were asked for differs.
    package let differs: Bool
    package let outcome: Outcome
    package let warnings: [String]
    package let hints: [String]

    private enum CodingKeys: CodingKey { case from, to, rows, differs }
}

/// The comparison of two versions, commits or runs, or of one of them with the working copy.
package struct FactComparison: Sendable {
    private let texts: [String]
    private let filter: NameFilter
    private let showsAll: Bool
    private let failsOnDifference: Bool

    /// Names at most two sides; what is left out is HEAD as the earlier one, the working copy as the later.
    ///
    /// Only names that a pattern matches count. With `showsAll`, what is alike is shown, too; with `failsOnDifference`,
    /// the outcome is `no` where something differs.
    package init(
        _ texts: [String] = [],
        filter patterns: [String] = [],
        showsAll: Bool = false,
        failsOnDifference: Bool = false
    ) {
        self.texts = texts
        filter = NameFilter(patterns)
        self.showsAll = showsAll
        self.failsOnDifference = failsOnDifference
    }

    /// Both sides, as they were read.
    struct Sides: Sendable {
        let workspace: Workspace
        let (from, to): (FactSide, FactSide)
        let facts: ComparedFacts
    }

    /// Reads both sides; fetches nothing.
    func sides(in context: Context) async throws -> Sides {
        let workspace = try await Workspace.open(in: context, bare: true)
        let pair = try await FactSubject.pair(texts, in: workspace)
        return Sides(
            workspace: workspace,
            from: FactSide(pair.old),
            to: FactSide(pair.new),
            facts: try await ComparedFacts(from: pair.old, to: pair.new, in: workspace)
        )
    }

    /// Returns the facts that are looked at: those whose names match, with the model in front or without.
    func sections<Kind: FactKind>(of kind: Kind.Type, in sides: Sides) -> [ComparedFacts.Section<Kind.Value>] {
        sides.facts.sections(of: kind).map { section in
            func isWanted(_ name: String) -> Bool { filter.accepts(name) || filter.accepts(section.label + name) }
            return ComparedFacts.Section(
                label: section.label,
                old: section.old.filter { isWanted($0.key) },
                new: section.new.filter { isWanted($0.key) }
            )
        }
    }

    /// Returns what is said of the changes of a kind of facts, each with whether it is one.
    func report<Kind: FactKind, Row>(
        of kind: Kind.Type,
        in sides: Sides,
        _ changes: [(row: Row, isDifferent: Bool)],
        warnings: [String] = []
    ) -> FactDifferences<Row> {
        let differs = changes.contains(where: \.isDifferent)
        let problems =
            sides.facts.problems(of: \.old).map { "\(sides.from.name): \($0)" }
            + sides.facts.problems(of: \.new).map { "\(sides.to.name): \($0)" }
        return FactDifferences(
            from: sides.from,
            to: sides.to,
            rows: changes.filter { showsAll || $0.isDifferent }.map(\.row),
            differs: differs,
            outcome: failsOnDifference && differs ? .negative : .ok,
            warnings: problems + warnings,
            hints: sides.facts.sections(of: kind).allSatisfy { $0.old.isEmpty && $0.new.isEmpty } ? [Kind.hint] : []
        )
    }
}
