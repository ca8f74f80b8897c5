import Deployment
import ModelCore
import OCI
import Store
import SystemIO
import SystemPackage

/// A target whose releases are images, in a registry or in a layout: what a tag means is what is current.
///
/// Content and manifests are put there first, and nobody finds them without their digests; then the tags move. A
/// registry keeps no seals: the history of the target has what they would say.
struct OCITarget: TargetDriver {
    /// The details of a seal that have the digests of manifests, in the order in which tags move: what serves comes
    /// last.
    private static let details: [(name: String, isImage: Bool)] = [("modelpack", false), ("image", true)]

    let target: DeploymentTarget
    let settings: OCISettings
    private let history: DeploymentHistory
    private let workspace: Workspace
    private let places: ImagePlaces

    init(_ target: DeploymentTarget, history: DeploymentHistory, in workspace: Workspace) throws {
        self.target = target
        self.history = history
        self.workspace = workspace
        settings = try OCISettings(target.settings)
        places = try ImagePlaces(in: workspace.context, from: workspace.root, pool: workspace.pool)
    }

    /// Nothing of a registry or layout is a journal.
    var journal: FilePath? { nil }

    func lock() async throws -> any TargetLock {
        if case .layout(let layout) = settings.place.place {
            let root = places.path(of: layout)
            _ = try places.writable(settings.place, isInsecure: false)
            return try OCITargetLock(root.appending(".git-model.lock"), of: target.name.text)
        }
        try Directories.create(state)
        return try OCITargetLock(state.appending("lock"), of: target.name.text)
    }

    func current() async throws -> ReleaseID? {
        guard let document = try await found(.tag(settings.tag)) else { return nil }
        let digest = "\(document.digest)"
        if let event = history.events.last(where: { OCITarget.digests(in: $0.details).contains(digest) }) {
            return event.release
        }
        // Somebody else's clone put it there.
        let notes = try ImageManifest(parsing: document.bytes).annotations
        guard let name = notes[Annotation.title], let model = try? ModelName(name),
            let version = notes[Annotation.version],
            let release = notes[Annotation.release].flatMap({ Digest(reference: $0) })
        else { return nil }
        return ReleaseID(model: model, version: "v\(version)", digest: release)
    }

    func seals() async throws -> [ReleaseSeal] {
        var seals: [ReleaseID: ReleaseSeal] = [:]
        for event in history.events where event.state == .succeeded && !OCITarget.digests(in: event.details).isEmpty {
            seals[event.release] = ReleaseSeal(event)
        }
        return Array(seals.values)
    }

    func receive(_ release: Release, from source: any ReleaseSource) async throws -> [String: String] {
        _ = try ReleaseImages.tags(ImageReference.tag(of: release.version), for: settings.plan.form)
        try removeFiles(of: release.id)
        let passage = try passage()
        let files = passage.path.appending("files")
        try Directories.create(files, durable: false)
        try await source.write(into: files)
        var plan = settings.plan
        if let base = settings.base {
            plan.base = try await ImagePlan.base(base, of: release, in: workspace)
            plan.isBaseInsecure = settings.isInsecure && OCISettings.isSameHost(plan.base, settings.place)
        }
        let images = ReleaseImages(workspace: workspace, places: places, plan: plan)
        let scratch = passage.path.appending("scratch")
        try Directories.create(scratch, durable: false)
        let result = try await images.put(release, in: files, to: try store(), scratch: scratch)
        let kept = self.files(of: release.id)
        try Directories.create(kept.removingLastComponent(), durable: false)
        try DurableFile.rename(files, to: kept)
        var details = ["place": settings.place.description]
        details.merge(keyDetails) { own, _ in own }
        details["image"] = result.image.map { "\($0.digest)" }
        details["modelpack"] = result.modelPack.map { "\($0.digest)" }
        return details
    }

    /// Nothing of a registry runs anything, so it is tried on this machine.
    ///
    /// What is tried is nowhere that another trial looks for it: this one may be cut short, or change it.
    func tryOut(_ release: Release) async throws -> SmokeOutcome {
        let passage = try passage()
        let files = passage.path.appending("files")
        let kept = self.files(of: release.id)
        if try FileStatus.of(kept) != nil {
            try DurableFile.rename(kept, to: files)
        } else {
            // It was there already, so that nothing was received.
            var preparation = try await ReleasePreparation(release.tag, for: target, in: workspace)
            try Directories.create(files, durable: false)
            try await preparation.run().source.write(into: files)
        }
        let test = SmokeTest(
            plan: release.plan,
            directory: files,
            timeout: target.timeout,
            environment: workspace.context.environment,
            cancellation: workspace.context.cancellation
        )
        let launch = LocalServeLaunch(
            model: release.model.text,
            version: release.version,
            digest: "\(release.digest)"
        )
        var outcome = await test.run(launch)
        outcome.place = .deployer
        return outcome
    }

    /// The event that is recorded says everything; the files were only for making images and for trying.
    func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws { try removeFiles(of: seal.release) }

    func requireUsable(_ seal: ReleaseSeal) async throws { _ = try await documents(of: seal) }

    func activate(_ seal: ReleaseSeal) async throws {
        let documents = try await documents(of: seal)
        let store = try store()
        for (suffix, document) in documents {
            try await store.setTag(ImageReference.tag(of: seal.version) + suffix, to: document)
        }
        for (suffix, document) in documents { try await store.setTag(settings.tag + suffix, to: document) }
    }

    /// A layout forgets the tag that moves; a registry would forget all tags of the manifest with it.
    func deactivate(_ release: ReleaseID) async throws {
        guard case .layout = settings.place.place else {
            throw Failure(.failed, "tag \(settings.tag) of \(settings.place) stays")
        }
        let store = try store()
        for suffix in ["", ReleaseImages.modelPackSuffix] { _ = try await store.removeTag(settings.tag + suffix) }
    }

    func checkHealth(of seal: ReleaseSeal) async throws {
        _ = try await documents(of: seal)
        if let first = try await tagDifferences(of: seal).first { throw Failure(.verification, first) }
    }

    func isServed(_ release: Release, as seal: ReleaseSeal) async throws -> Bool { hasSameKeys(as: seal) }

    func restore(_ current: ReleaseSeal) async throws {
        if try await !tagDifferences(of: current).isEmpty { try await activate(current) }
    }

    func differences(of seal: ReleaseSeal) async throws -> [String] {
        let moved = try await current() == seal.release ? try await tagDifferences(of: seal) : []
        return try await moved + contentDifferences(of: seal)
    }

    /// Says which of the tags that mean what is current mean something else than a release, a line each.
    private func tagDifferences(of seal: ReleaseSeal) async throws -> [String] {
        var differences: [String] = []
        for (suffix, wanted) in OCITarget.tagged(in: seal) {
            let tag = settings.tag + suffix
            let found = try await found(.tag(tag)).map { "\($0.digest)" }
            guard found != wanted else { continue }
            let what = found.map { "means \($0)" } ?? "is not there"
            differences.append("tag \(tag) of \(settings.place) \(what), not \(wanted)")
        }
        return differences
    }

    /// Reads the manifests and all content of a release again, and says what is not as it should be, a line each;
    /// tags are not looked at.
    func contentDifferences(of seal: ReleaseSeal) async throws -> [String] {
        let store = try store()
        var differences: [String] = []
        for (name, _) in OCITarget.details {
            guard let digest = seal.details[name].flatMap({ Digest(reference: $0) }) else { continue }
            guard let document = try await found(.digest(digest)) else {
                differences.append("manifest \(digest) (\(name)) is missing")
                continue
            }
            for blob in try ImageManifest(parsing: document.bytes).blobs {
                guard let damage = try await store.damage(of: blob) else { continue }
                let file = blob.annotations[Annotation.title].map { " (\(QuotedPath.encode($0)))" } ?? ""
                differences.append("content \(blob.digest)\(file) of \(name) \(damage)")
            }
        }
        return differences
    }

    /// A layout loses the version's tags; a registry keeps what it has, for who takes a manifest away there takes all
    /// its tags away.
    func discard(_ release: ReleaseID) async throws {
        try removeFiles(of: release)
        guard case .layout = settings.place.place else { return }
        let store = try store()
        for event in history.events where event.release == release {
            for suffix in ["", ReleaseImages.modelPackSuffix] {
                let tag = ImageReference.tag(of: event.version) + suffix
                guard let document = try await found(.tag(tag)),
                    OCITarget.digests(in: event.details).contains("\(document.digest)")
                else { continue }
                _ = try await store.removeTag(tag)
            }
        }
    }
}

extension OCITarget {
    /// Where what is under way is kept, in the repository's common directory.
    private var state: FilePath { workspace.modelDirectory.appending("deploy").appending(target.name.text) }

    private func files(of release: ReleaseID) -> FilePath { state.appending("files").appending(release.text) }

    private func removeFiles(of release: ReleaseID) throws { try Directories.removeTree(files(of: release)) }

    /// Makes a directory for what is under way, and removes those that processes left which are no more.
    private func passage() throws -> TemporaryDirectory {
        try Directories.create(state)
        for path in try DirectoryEntry.all(in: state).map({ state.appending($0.name) })
        where try StaleTemporaryFiles.isAbandoned(path) {
            try Directories.removeTree(path)
        }
        return try TemporaryDirectory(in: state)
    }

    private func store() throws -> any ImageStore {
        try places.writable(settings.place, isInsecure: settings.isInsecure)
    }

    private func found(_ name: ManifestName) async throws -> ManifestDocument? {
        // To look makes no layout.
        do {
            return try await places.readable(settings.place, isInsecure: settings.isInsecure).manifest(name)
        } catch OCIError.missing { return nil }
    }

    private static func digests(in details: [String: String]) -> [String] {
        self.details.compactMap { details[$0.name] }
    }

    /// The digests of a seal's manifests, with what is added to the names of their tags, in the order in which these
    /// move.
    private static func tagged(in seal: ReleaseSeal) -> [(suffix: String, digest: String)] {
        let hasImage = seal.details["image"] != nil
        return details.compactMap { name, isImage in
            seal.details[name].map { (isImage || !hasImage ? "" : ReleaseImages.modelPackSuffix, $0) }
        }
    }

    /// Returns the manifests of a seal, with what is added to the names of their tags; throws where one is not there.
    private func documents(of seal: ReleaseSeal) async throws -> [(suffix: String, document: ManifestDocument)] {
        var documents: [(String, ManifestDocument)] = []
        for (suffix, text) in OCITarget.tagged(in: seal) {
            guard let digest = Digest(reference: text), let document = try await found(.digest(digest)) else {
                throw Failure(
                    .failed,
                    "\(settings.place) does not have \(seal.tag) any more: there is no manifest \(text)",
                    hints: ["put it there again: `git model deploy \(seal.tag) \(target.name)`"]
                )
            }
            documents.append((suffix, document))
        }
        guard !documents.isEmpty else { throw Failure(.failed, "nothing says which image \(seal.tag) is") }
        return documents
    }
}
