import ModelCore
import Registry

extension ModelVersion {
    /// Throws where no stage may get the version: it was taken back, or nothing says who made it; `purpose` is the
    /// verb.
    func requirePromotable(to purpose: String) throws {
        if isDeregistered {
            throw Failure(
                .failed,
                "cannot \(purpose) \(tag): it was taken back",
                hints: ["choose another: `git model list`"]
            )
        }
        // GTO would see a commit in the stage, and no version.
        guard isAnonymous else { return }
        let name = ShellWord.quoted(tag.text)
        throw Failure(
            .failed,
            "cannot \(purpose) \(tag): its tag is lightweight, or cannot be read, and says nothing of who made it",
            hints: ["make it one that does: `git tag -f -a \(name) \(name)`"]
        )
    }
}
