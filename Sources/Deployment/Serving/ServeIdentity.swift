import ModelCore

/// Which version it is whose commands run.
struct ServeIdentity: Sendable, Hashable {
    /// The model's name.
    let model: String
    /// The version, as `v1.2.3`.
    let version: String
    /// The SHA-256 of the listing of its files, as `sha256:` and digits.
    let digest: String

    /// The variables that say so.
    var variables: [String: String] {
        ["GIT_MODEL_MODEL": model, "GIT_MODEL_VERSION": version, "GIT_MODEL_DIGEST": digest]
    }
}

extension LocalServeLaunch {
    /// Creates the launch of a version's commands.
    init(_ identity: ServeIdentity) {
        self.init(model: identity.model, version: identity.version, digest: identity.digest)
    }
}

extension Release {
    /// Which version it is.
    var identity: ServeIdentity {
        ServeIdentity(model: model.text, version: version, digest: "sha256:\(digest.hex)")
    }
}

extension ReleaseSeal {
    /// Which version it is.
    var identity: ServeIdentity { ServeIdentity(model: model, version: version, digest: digest) }
}
