package import ModelCore

/// A place to deploy to, as `[deploy "NAME"]` of `.mver/config` declares it.
package struct DeploymentTarget: Sendable, Hashable {
    /// What is done with a version that is deployed.
    package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// Its files stand in a directory, here or over SSH.
        case directory
        /// As `directory`, with a command that turns files of inputs into files of outputs.
        case batch
        /// As `directory`, with a gateway that serves it.
        case process
        /// It is an image in a registry or in an OCI layout.
        case oci
        /// A cluster runs it.
        case kubernetes
    }

    /// The keys that every kind has.
    package static let commonKeys: Set<String> = ["kind", "model", "stage", "keep", "timeout", "paths"]

    /// The name.
    package let name: TargetName
    /// The kind.
    package let kind: Kind
    /// The model that it is for; `nil` for the only one.
    package let model: ModelName?
    /// The stage that it follows: a deployment without a version takes the stage's, and a rollback moves the stage.
    package let stage: StageName?
    /// How many releases beside the current one are kept for a way back.
    package let keep: Int
    /// How many seconds it may take until a version that was started answers.
    package let timeout: Int
    /// All keys; those of the kind are read by who deploys to it.
    package let settings: TargetSettings

    /// Reads what every kind has; throws `TargetError` that names the key.
    package init(_ settings: TargetSettings) throws(TargetError) {
        self.settings = settings
        name = settings.name
        let word = try settings.required("kind", for: "a target needs one of \(Kind.list)")
        guard let kind = Kind(rawValue: word) else {
            throw settings.problem("kind", "is \(QuotedPath.encode(word)), which is none of \(Kind.list)")
        }
        self.kind = kind
        model = try settings.text("model").map { (text) throws(TargetError) in
            do { return try ModelName(text) } catch { throw settings.problem("model", "is wrong: \(error)") }
        }
        stage = try settings.text("stage").map { (text) throws(TargetError) in
            do { return try StageName(text) } catch { throw settings.problem("stage", "is wrong: \(error)") }
        }
        keep = try settings.integer("keep", in: 1...1000, or: 3)
        timeout = try settings.integer("timeout", in: 1...86400, or: 60)
    }
}

extension DeploymentTarget.Kind {
    /// Whether the seals of releases are at the target itself; of others only records say what was put there.
    package var keepsSeals: Bool { self == .directory || self == .batch || self == .process }

    /// The kinds, as a message lists them.
    package static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
