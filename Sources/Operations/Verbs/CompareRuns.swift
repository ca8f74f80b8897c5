import ModelCore
package import Runs

/// `git model runs compare`: what runs have differently.
package struct CompareRuns: Sendable {
    /// The differences.
    package struct Report: Operations.Report {
        /// A metric, parameter or other property that the runs do not have alike.
        package struct Row: Encodable, Sendable {
            /// `metric`, `parameter`, `data`, `code` or `environment`.
            package let kind: String
            /// The metric's, parameter's or other property's name.
            package let name: String
            /// A value for each run, as people write it; `nil` where the run has none.
            package let values: [String?]
        }

        /// The runs, in the order in which they were named.
        package let runs: [RunID]
        /// What they are called.
        package let names: [String?]
        /// What they do not have alike.
        package var rows: [Row] = []
    }

    private let texts: [String]
    private let showsAll: Bool

    /// Creates the operation on two or more runs; with `showsAll`, what they have alike is shown, too.
    package init(_ texts: [String], showsAll: Bool = false) {
        self.texts = texts
        self.showsAll = showsAll
    }

    /// Compares the records.
    package func run(in context: Context) async throws -> Report {
        guard texts.count >= 2 else { throw Failure(.usage, "a comparison needs two runs") }
        let workspace = try await Workspace.open(in: context, bare: true)
        let runs = try await workspace.findRuns(texts)
        var report = Report(runs: runs.map(\.id), names: runs.map(\.name))
        func add(_ kind: String, _ values: [[String: String]]) {
            for name in Set(values.flatMap(\.keys)).sorted() {
                let row = values.map { $0[name] }
                if showsAll || Set(row).count > 1 { report.rows.append(.init(kind: kind, name: name, values: row)) }
            }
        }
        add("metric", CompareRuns.alike(runs.map { $0.metrics.mapValues { "\($0.value)" } }))
        add("parameter", CompareRuns.texts(of: CompareRuns.alike(runs.map(\.parameters))))
        add("data", runs.map(\.dataProperties))
        add("code", runs.map(\.codeProperties))
        add("environment", runs.map(\.environmentProperties))
        return report
    }

    /// Returns values of runs by one spelling of each name: that of the last run that has it.
    private static func alike<Value>(_ runs: [[String: Value]]) -> [[String: Value]] {
        var names: Set<String> = []
        var spelled: [[String: Value]] = []
        for run in runs.reversed() {
            spelled.append(run.spelled(as: names))
            names.formUnion(spelled[spelled.count - 1].keys)
        }
        return spelled.reversed()
    }

    /// Returns parameters as people write them, where texts have quotes that would look like another run's value.
    private static func texts(of runs: [[String: ParameterValue]]) -> [[String: String]] {
        runs.map { run in
            Dictionary(
                uniqueKeysWithValues: run.map { name, value in
                    let texts = runs.compactMap { ParameterChange(name: name, old: value, new: $0[name]).texts.old }
                    return (name, texts.first { $0 != value.description } ?? value.description)
                }
            )
        }
    }
}

extension RunRecord {
    /// What the run's code was, as people read it.
    fileprivate var codeProperties: [String: String] {
        var properties = ["command": command.joined(separator: " ")]
        properties["commit"] = code.commit
        properties["branch"] = code.branch
        properties["difference"] = code.difference?.oid
        return properties
    }

    /// The digests of what the run read, by its names; of what has none, such as a URL, that nobody checked it.
    var dataProperties: [String: String] {
        Dictionary(data.map { ($0.source, $0.digest ?? "not checked") }) { first, _ in first }
    }

    /// What the run found around it, as people read it.
    var environmentProperties: [String: String] {
        var properties: [String: String] = [:]
        properties["kind"] = environment?.kind.rawValue
        properties["image"] = environment?.image
        properties["system"] = environment?.system
        properties["architecture"] = environment?.architecture
        properties["processors"] = environment?.processors.map(\.description)
        properties["cuda"] = environment?.cuda
        properties["python"] = environment?.python?.version
        properties["packages"] = environment?.packages?.oid
        properties["accelerators"] = environment.flatMap {
            $0.accelerators.isEmpty ? nil : $0.accelerators.joined(separator: ", ")
        }
        for (name, value) in environment?.variables ?? [:] { properties["variables.\(name)"] = value }
        for (path, oid) in environment?.locks ?? [:] { properties["locks.\(path)"] = oid }
        return properties
    }
}
