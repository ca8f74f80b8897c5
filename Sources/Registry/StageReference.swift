package import ModelCore

/// The reference that says which tag a stage's last event is, in one place that two promotions at once cannot both
/// move.
///
/// A `/` in a name is `=`, which no name has: one stage's reference is never a directory of another's.
package enum StageReference {
    /// What comes before ours.
    package static let prefix = "refs/git-model/stages/"
    /// What comes before those of tags that are being made here, which nobody else gets.
    package static let pendingPrefix = "refs/git-model/pending/"

    /// Returns the reference of a stage, ours or a Git remote's own.
    package static func name(of model: ModelName, _ stage: StageName) -> String { prefix + path(model, stage) }

    /// Returns where it is kept what the Git remote has.
    package static func name(of model: ModelName, _ stage: StageName, at remote: String) -> String {
        "refs/git-model-remotes/\(remote)/stages/" + path(model, stage)
    }

    /// Returns what has the commit of a tag that is about to be made here, from before it is made until the stage's own
    /// reference names it.
    package static func pendingName(of model: ModelName, _ stage: StageName) -> String {
        pendingPrefix + path(model, stage)
    }

    private static func path(_ model: ModelName, _ stage: StageName) -> String {
        let parts = [model.text, stage.text].map { String($0.map { $0 == "/" ? "=" : $0 }) }
        return parts.joined(separator: "/")
    }
}
