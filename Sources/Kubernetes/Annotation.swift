package import Deployment

/// The annotations by which objects in a cluster say which release of which target they are.
package enum Annotation {
    /// The target.
    package static let target = "git-model/target"
    /// The release.
    package static let release = "git-model/release"
    /// All objects, by the SHA-256 of the file that they make; the Deployment alone has it, so that pods do not start
    /// again for others' sake.
    package static let objects = "git-model/objects"

    /// Returns all of them for a release.
    package static func values(of seal: ReleaseSeal, on target: TargetName) -> [String: String] {
        [
            Annotation.target: target.text, Annotation.release: seal.release.text, "git-model/model": seal.model,
            "git-model/version": seal.version, "git-model/digest": seal.digest, "git-model/commit": seal.commit,
        ]
    }
}
