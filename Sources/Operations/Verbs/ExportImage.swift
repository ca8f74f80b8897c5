import Deployment
import ModelCore
import OCI
import SystemIO
import SystemPackage

/// `git model export oci`: a version as a ModelPack and as an image, in a layout or in a registry.
package struct ExportImage: Sendable {
    private let request: ExportRequest
    private let form: String?
    private let base: String?
    private let entrypoint: String?
    private let isInsecure: Bool

    /// Creates the operation; the destination is a directory, or `docker://HOST/REPOSITORY[:TAG]`.
    package init(
        _ request: ExportRequest,
        form: String? = nil,
        base: String? = nil,
        entrypoint: String? = nil,
        isInsecure: Bool = false
    ) {
        self.request = request
        self.form = form
        self.base = base
        self.entrypoint = entrypoint
        self.isInsecure = isInsecure
    }

    private var destination: String { request.destination }

    /// Makes the images; a directory appears whole, and of a registry the tag moves last.
    package func run(in context: Context) async throws -> ExportReport {
        let workspace = try await Workspace.open(in: context, bare: true)
        guard destination.hasPrefix("docker://") else {
            let (place, exported) = try await request.begin(in: workspace)
            return try await place.directory { made in
                let layout = try ImageLayout(creating: made, named: "oci:\(destination)", pool: workspace.pool)
                return try await put(exported, to: layout, tag: nil, scratch: try place.scratch(), in: workspace)
            }
        }
        let reference = try ImageReference(destination)
        guard reference.digest == nil else {
            throw Failure(.usage, "\(destination) has a digest, which nobody can choose", hints: ["name a tag"])
        }
        let exported = try await request.exported(in: workspace)
        let places = try ImagePlaces(in: context, from: context.workingDirectory, pool: workspace.pool)
        let store = try places.writable(reference, isInsecure: isInsecure)
        let scratch = try TemporaryDirectory(in: workspace.modelDirectory.appending("tmp"))
        return try await put(exported, to: store, tag: reference.tag, scratch: scratch, in: workspace)
    }

    private func put(
        _ exported: ExportedRelease,
        to store: any ImageStore,
        tag: String?,
        scratch: consuming TemporaryDirectory,
        in workspace: Workspace
    ) async throws -> ExportReport {
        let release = exported.release
        var plan = ImagePlan()
        if let form {
            guard let known = ImagePlan.Form(rawValue: form) else {
                throw Failure(.usage, "\(QuotedPath.encode(form)) is none of both, image, modelpack")
            }
            plan.form = known
        }
        if let base { plan.base = try await ImagePlan.base(base, of: release, in: workspace) }
        plan.entrypoint = try ImagePlan.words(of: entrypoint)
        plan.isBaseInsecure = try isInsecure && isDestination(plan.base)
        let tags = try ReleaseImages.tags(tag ?? ImageReference.tag(of: release.version), for: plan.form)
        let files = try await exported.write(below: scratch.path)
        let places = try ImagePlaces(
            in: workspace.context,
            from: workspace.context.workingDirectory,
            pool: workspace.pool
        )
        let images = ReleaseImages(workspace: workspace, places: places, plan: plan)
        let result = try await images.put(release, in: files, to: store, scratch: scratch.path)
        var report = ExportReport(exported, as: "oci", to: destination)
        for (name, document) in zip(tags, result.all) { try await store.setTag(name, to: document) }
        report.tags = tags
        report.digest = (result.image ?? result.modelPack).map { "\($0.digest)" }
        report.modelPack = result.modelPack.map { "\($0.digest)" }
        return report
    }

    /// Leave to go without TLS is for the host that it was given for.
    private func isDestination(_ base: ImageReference?) throws -> Bool {
        guard destination.hasPrefix("docker://") else { return true }
        return OCISettings.isSameHost(base, try ImageReference(destination))
    }
}
