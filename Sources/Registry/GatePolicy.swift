import Git
package import ModelCore

/// What a version has to be before a stage gets it, as `[gate "STAGE"]` of `.mver/config` says.
package struct GatePolicy: Sendable, Hashable {
    /// Something that a version has to have or be, other than metrics.
    package enum Requirement: String, Sendable, Hashable, CaseIterable {
        /// The record of the run that made it.
        case run
        /// That run's code was that of its commit.
        case clean
        /// The tag, or an untagged commit, is signed by a listed signer.
        case signed
        /// The default remote has everything that rebuilds it.
        case remote
        /// It was loaded and did what was expected on sample data.
        case smoke
        /// No artifact of it is a pickle that imports what is no part of PyTorch, or one that cannot be read.
        case safePickle = "safe-pickle"
    }

    /// The stage.
    package let stage: StageName
    /// The conditions on metrics, in the order of the file.
    package let metrics: [MetricGate]
    /// What else is asked for, in the order of `Requirement`.
    package let requirements: [Requirement]

    /// Whether nothing is asked for.
    package var isEmpty: Bool { metrics.isEmpty && requirements.isEmpty }

    /// Reads a stage's gates from the tracked configuration, and from no other level: they are everybody's.
    package init(of stage: StageName, in configuration: Configuration) throws(GatePolicyError) {
        self.stage = stage
        let all = configuration.shared.entries.filter { $0.key.section == "gate" }
        if let odd = all.first(where: { $0.key.subsection == nil }) { throw .noStage(odd.key.text) }
        let entries = all.filter { $0.key.subsection == stage.text }
        if let odd = entries.first(where: { !["metric", "require"].contains($0.key.name) }) {
            // What this version does not understand would else be a gate that stands open.
            throw .key(odd.key.text)
        }
        var metrics: [MetricGate] = []
        var requirements: Set<Requirement> = []
        for entry in entries {
            let text = entry.value ?? ""
            if entry.key.name == "metric" {
                metrics.append(try MetricGate(text))
            } else {
                if text.allSatisfy(\.isWhitespace) { throw .requirement(text) }
                for word in text.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
                    guard let requirement = Requirement(rawValue: String(word)) else {
                        throw .requirement(String(word))
                    }
                    requirements.insert(requirement)
                }
            }
        }
        self.metrics = metrics
        self.requirements = Requirement.allCases.filter(requirements.contains)
    }

    /// Returns what no stage's gates may have and these do, a clause each, sorted; nothing where all of them can be
    /// read.
    package static func problems(in configuration: Configuration) -> [String] {
        var problems: Set<String> = []
        for entry in configuration.shared.entries where entry.key.section == "gate" {
            do {
                // A gate of no stage is an error of its own, which any stage's reading finds.
                _ = try GatePolicy(of: StageName(entry.key.subsection ?? "production"), in: configuration)
            } catch let error as RegistryNameError {
                problems.insert("\(entry.key.text) of \(Configuration.path): \(error)")
            } catch { problems.insert("\(error)") }
        }
        return problems.sorted()
    }
}

/// Why a gate of `.mver/config` cannot be read.
package enum GatePolicyError: Error, Sendable, Equatable {
    /// A condition on a metric does not follow the grammar.
    case metric(String)
    /// No requirement has this name.
    case requirement(String)
    /// No key of gates has this name.
    case key(String)
    /// A key of gates stands below no stage.
    case noStage(String)
}

extension GatePolicyError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String {
        switch self {
        case .metric(let text): "gate \(QuotedPath.encode(text)) of \(Configuration.path) is no condition on a metric"
        case .requirement(let text):
            "gate \(QuotedPath.encode(text)) of \(Configuration.path) is none of "
                + GatePolicy.Requirement.allCases.map(\.rawValue).joined(separator: ", ")
        case .key(let text): "\(text) of \(Configuration.path) is none of metric and require"
        case .noStage(let text): "\(text) of \(Configuration.path) is no stage's: gates stand below [gate \"STAGE\"]"
        }
    }
}
