import Deployment
import ModelCore
import OCI
import SystemIO
import SystemPackage

/// Makes the images of a release whose files are in a directory, and puts them somewhere, where nobody sees them
/// without their digests.
struct ReleaseImages {
    /// What was put there, in the order in which tags move: what serves comes last.
    struct Result: Sendable {
        var image: ManifestDocument?
        var modelPack: ManifestDocument?

        /// The manifests.
        var all: [ManifestDocument] { [modelPack, image].compactMap(\.self) }
    }

    /// What the tag of a ModelPack ends with where an image has the tag itself.
    static let modelPackSuffix = "-modelpack"

    /// Returns the tags for what is made in a form, in the order in which they move.
    ///
    /// Throws for what is no tag, or none any more with its suffix; that is known before anything is sent.
    static func tags(_ name: String, for form: ImagePlan.Form) throws -> [String] {
        let tags =
            switch form {
            case .both: [name + modelPackSuffix, name]
            case .image, .modelpack: [name]
            }
        for tag in tags where !ImageReference.isTag(tag) {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(tag)) cannot be a tag, which has up to 128 letters, digits, \"_\", \".\" and \"-\"",
                hints: ["choose a shorter name, or make the form image alone"]
            )
        }
        return tags
    }

    let workspace: Workspace
    let places: ImagePlaces
    let plan: ImagePlan

    /// Makes and puts everything; `scratch` is for what passes through.
    func put(
        _ release: Release,
        in directory: FilePath,
        to store: any ImageStore,
        scratch: FilePath
    ) async throws -> Result {
        let tally = ProgressTally(phase: "sending", sink: workspace.context.progress)
        defer { workspace.context.progress.finish() }
        let facts = try await ImagePlan.facts(of: release, in: workspace)
        let base = try plan.base.map { try places.readable($0, isInsecure: plan.isBaseInsecure) }
        let push = ImagePush(to: store, base: base, scratch: scratch, pool: workspace.pool) { tally.add(Int64($0)) }
        let pack = plan.form == .image ? nil : try await pack(facts, release, in: directory)
        let image = plan.form == .modelpack ? nil : try await image(facts, release, base, pack, in: directory)
        for prepared in [pack, image].compactMap(\.self) {
            tally.begin(release.tag, byteCount: prepared.manifest.blobs.reduce(0) { $0.addingSaturating($1.size) })
        }
        var result = Result()
        if let pack { result.modelPack = try await push.run(pack) }
        if let image { result.image = try await push.run(image) }
        return result
    }

    private func pack(_ facts: ImageFacts, _ release: Release, in directory: FilePath) async throws -> PreparedImage {
        try await workspace.pool.run { try ModelPack.prepare(facts, release.files, in: directory) }
    }

    private func image(
        _ facts: ImageFacts,
        _ release: Release,
        _ base: (any ImageStore)?,
        _ pack: PreparedImage?,
        in directory: FilePath
    ) async throws -> PreparedImage {
        var image = PlainImage(facts)
        if let base, let digest = plan.base?.digest { image.base = try await BaseImage(digest, from: base) }
        image.entrypoint = try plan.entrypoint(of: release)
        image.modelPack = pack?.manifest.descriptor.digest
        let prepared = image
        return try await workspace.pool.run { try prepared.prepare(release.files, in: directory) }
    }
}
