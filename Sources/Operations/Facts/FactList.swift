import Runs

/// The metrics or hyperparameters of versions, commits, runs or the working copy.
package struct FactList<Kind: FactKind>: Report {
    /// One of them.
    package struct Fact: Encodable, Sendable {
        /// The name.
        package let name: String
        /// A metric's last value, which may be no number or infinite; a hyperparameter's, with its type.
        package let value: Kind.Value
        /// A file's path, or `run:` and the id of a run.
        package let source: String
    }

    /// Those of one side.
    package struct Side: Encodable, Sendable {
        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        /// What they are of.
        package let of: FactSide
        /// The facts, by name.
        package let facts: [Fact]

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(of, forKey: Key(stringValue: "of"))
            try container.encode(facts, forKey: Key(stringValue: Kind.key))
        }
    }

    /// What was asked for, in that order.
    package private(set) var sides: [Side] = []
    package private(set) var warnings: [String] = []
    package private(set) var hints: [String] = []

    private enum CodingKeys: CodingKey { case sides }

    /// Reads files and records of what some texts name, or without any of the working copy; fetches nothing.
    init(of texts: [String], _ filter: NameFilter, in context: Context) async throws {
        let workspace = try await Workspace.open(in: context, bare: true)
        let found = try await FactSubject.facts(of: texts, in: workspace)
        for (side, facts) in found {
            let accepted = Kind.all(in: facts).filter { filter.accepts($0.key) }.sorted { $0.key < $1.key }
            let rows = accepted.map { Fact(name: $0.key, value: $0.value.value, source: "\($0.value.source)") }
            sides.append(Side(of: side, facts: rows))
            warnings += facts.problems.map { "\(side.name): \($0)" }
        }
        if found.allSatisfy({ Kind.all(in: $0.facts).isEmpty }) { hints = [Kind.hint] }
    }
}
