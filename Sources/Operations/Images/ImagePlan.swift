import Deployment
import Git
import ModelCore
import OCI
import Registry
import Runs

/// How a version becomes images: in which forms, on what, and started how.
struct ImagePlan: Sendable {
    /// What is made of a version.
    enum Form: String, Sendable, CaseIterable {
        /// Both, of which the image names the other.
        case both
        /// The image with the files under `/models/`.
        case image
        /// The ModelPack artifact.
        case modelpack
    }

    /// The word for the image that the version's run was recorded in.
    static let captured = "captured"

    var form = Form.both
    /// The image that it is made on, by its digest.
    var base: ImageReference?
    /// The words that start the container; `nil` where they are those that serve the version, if there is a base image.
    var entrypoint: [String]?
    /// Whether the base image's registry may be reached without TLS.
    var isBaseInsecure = false

    /// Finds the base image that a user's words mean; throws for one that is not named by its digest.
    static func base(_ text: String, of release: Release, in workspace: Workspace) async throws -> ImageReference {
        var words = text
        if text == captured {
            let resolved = try await workspace.resolve(release.tag)
            let own = try await workspace.pointers(of: resolved).entries
            let evidence = try await workspace.evidence(at: resolved.commit, of: own, for: release.model)
            guard let image = evidence.run?.environment?.image else {
                throw Failure(
                    .failed,
                    "no run of \(release.tag) says which image it was recorded in",
                    hints: [
                        "name the image: IMAGE@sha256:…",
                        "or record one next time: `git model run --env docker=IMAGE …`",
                    ]
                )
            }
            words = image
        }
        return try requireDigest(words)
    }

    /// Reads an image that is named by its digest.
    static func requireDigest(_ text: String) throws -> ImageReference {
        let reference: ImageReference
        do throws(ImageReferenceError) { reference = try ImageReference(qualified(text)) } catch {
            throw Failure(.usage, "\(error)", hints: ["it looks like docker.io/library/python@sha256:…"])
        }
        guard reference.digest != nil else {
            throw Failure(
                .usage,
                "the base image \(QuotedPath.encode(text)) is not named by its digest, so that it could be another tomorrow",
                hints: ["see its digest: `skopeo inspect docker://\(text)`"]
            )
        }
        return reference
    }

    /// Engines leave out Docker's own host.
    private static func qualified(_ text: String) -> String {
        let host = text.prefix { $0 != "/" }
        let hasHost = text.contains("/") && (host.contains(".") || host.contains(":") || host == "localhost")
        return hasHost || text.hasPrefix("oci:") ? text : "docker.io/\(text)"
    }

    /// Returns the words of a command that a user wrote; `nil` where there is none.
    static func words(of command: String?) throws -> [String]? {
        guard let command else { return nil }
        guard let words = ShellWord.words(of: command), !words.isEmpty else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(command)) takes a shell to understand",
                hints: ["write plain words"]
            )
        }
        return words
    }

    /// What the version's commit says that an image should.
    static func facts(of release: Release, in workspace: Workspace) async throws -> ImageFacts {
        var facts = ImageFacts(
            name: release.model.text,
            version: release.version,
            revision: release.commit,
            created: release.committed,
            release: "\(release.digest)"
        )
        let commit = try await workspace.resolve(release.tag).commit
        let description = try await ModelIndex.at(commit, in: workspace.repository).model(release.model)
        facts.license = description?.license
        facts.task = description?.task
        return facts
    }

    /// The words that start the container of a release.
    func entrypoint(of release: Release) throws -> [String] {
        if let entrypoint { return entrypoint }
        guard base != nil, !release.plan.serve.isEmpty else { return [] }
        guard let words = PlainImage.entrypoint(serving: release.plan.serve) else {
            throw Failure(
                .failed,
                "the serve command of \(release.tag) listens at a Unix socket, which nobody outside its container can reach",
                hints: ["say what starts the container: `--entrypoint 'python serve.py --port 8080'`"]
            )
        }
        return words
    }
}
