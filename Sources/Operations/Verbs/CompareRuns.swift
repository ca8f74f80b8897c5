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
        func add(_ kind: String, _ value: (RunRecord) -> [String: String]) {
            let values = runs.map(value)
            for name in Set(values.flatMap(\.keys)).sorted() {
                let row = values.map { $0[name] }
                if showsAll || Set(row).count > 1 { report.rows.append(.init(kind: kind, name: name, values: row)) }
            }
        }
        add("metric") { $0.metrics.mapValues { "\($0.value)" } }
        add("parameter") { $0.parameters.mapValues(\.description) }
        add("data", \.dataProperties)
        add("code", \.codeProperties)
        add("environment", \.environmentProperties)
        return report
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
