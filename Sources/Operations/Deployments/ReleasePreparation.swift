import Codec
import Deployment
import Git
import ModelCore
import Registry
import Store
import SystemIO

/// A version as it is to be deployed, and where its files come from.
struct PreparedRelease: Sendable {
    let release: Release
    let source: ReleaseFiles
    let version: ModelVersion
    /// What was verified, as a clause.
    let found: String
    let warnings: [String]
}

/// Finds out which files, with which bytes, a version is.
struct ReleasePreparation {
    /// Larger files in Git itself are refused: they would have to be in memory.
    private static let blobLimit: Int64 = 1 << 30

    private let workspace: Workspace
    private let target: DeploymentTarget
    private let chosen: ReleaseVersion
    private var warnings: [String] = []

    /// The patterns of an export; `nil` where those of the target count.
    private let only: [String]?

    /// Finds the version and verifies it, as `ReleaseVersion` does.
    ///
    /// Of a release that is deployed, what it takes to try it comes along with the files that the target's patterns
    /// match; what is exported `only` by patterns is what these match.
    init(
        _ text: String?,
        for target: DeploymentTarget,
        to purpose: String = "deploy",
        only: [String]? = nil,
        in workspace: Workspace
    ) async throws {
        self.workspace = workspace
        self.target = target
        self.only = only
        chosen = try await ReleaseVersion(text, for: target, to: purpose, in: workspace)
        warnings = chosen.warnings
    }

    /// The version's tag.
    var tag: String { chosen.version.tag.text }

    /// By whose rules it was verified.
    var rules: StageRules { chosen.rules }

    /// What is done with it.
    var plan: ReleasePlan { ReleasePlan(of: chosen.description) }

    /// Returns the release; what of the artifacts has to be known and is not here is fetched.
    mutating func run() async throws -> PreparedRelease {
        let plan = plan
        let globs = only.map { PathGlobs($0) } ?? PathGlobs(of: target.settings)
        let named = only == nil ? [plan.sample, plan.expectation?.path, plan.reference] : []
        let needed = named.compactMap { name in name.flatMap { try? RepositoryPath($0) } }
        func isWanted(_ path: RepositoryPath) -> Bool {
            globs.accepts(path) || needed.contains { path == $0 || path.isInside($0) }
        }
        let stored = try await storedFiles().filter { isWanted($0.path) }
        let committed = try await committedFiles(beside: chosen.artifacts, isWanted)
        let listing: TreeListing
        do { listing = try TreeListing(stored + committed.map(\.entry)) } catch {
            throw Failure(.failed, "\(chosen.version.tag) cannot be deployed", cause: error)
        }
        try requireFiles(listing)
        let commit = try await workspace.repository.objects.commit(chosen.version.commit)
        let bytes = listing.encoded
        let release = Release(
            model: chosen.version.model,
            version: chosen.version.version.description,
            tag: chosen.version.tag.text,
            commit: chosen.version.commit.hex,
            committed: commit.committer.time,
            files: listing,
            digest: try await workspace.pool.run { SHA256.digest(of: bytes) },
            plan: plan
        )
        return PreparedRelease(
            release: release,
            source: ReleaseFiles(
                workspace: workspace,
                artifacts: chosen.artifacts,
                stored: stored,
                committed: committed
            ),
            version: chosen.version,
            found: chosen.found,
            warnings: warnings
        )
    }

    /// Refuses a release of nothing; of several patterns, one that matches no file is worth a warning.
    private mutating func requireFiles(_ listing: TreeListing) throws {
        let unmatched = (only ?? []).filter { pattern in
            let glob = PathGlobs([pattern])
            return !listing.entries.contains { glob.accepts($0.path) }
        }
        .map { QuotedPath.encode($0) }
        if listing.entries.isEmpty, !unmatched.isEmpty {
            throw Failure(
                .failed,
                "no file of \(chosen.version.tag) matches --only \(unmatched.joined(separator: ", "))",
                hints: ["each option has one pattern: `--only 'a b/*.bin' --only config.json`"]
            )
        }
        guard !listing.entries.isEmpty else {
            throw Failure(.failed, "\(target.name) would get nothing of \(chosen.version.tag)")
        }
        warnings += unmatched.map { "no file of \(chosen.version.tag) matches --only \($0)" }
    }

    /// The files of the model's artifacts, in the places that their pointers have in Git.
    private func storedFiles() async throws -> [TreeEntry] {
        let joined = try workspace.openStore()
        var entries: [TreeEntry] = []
        for artifact in chosen.artifacts {
            guard artifact.pointer.kind == .tree else {
                entries.append(
                    TreeEntry(
                        mode: artifact.isExecutable ? .executable : .regular,
                        size: artifact.pointer.size,
                        digest: artifact.pointer.oid,
                        path: artifact.path
                    )
                )
                continue
            }
            let listing = try await listing(of: artifact, in: joined.store)
            entries += listing.entries.map { file in
                TreeEntry(
                    mode: file.mode,
                    size: file.size,
                    digest: file.digest,
                    path: artifact.path.appending(file.path)
                )
            }
        }
        return entries
    }

    private func listing(of artifact: PointerIndex.Entry, in store: LocalStore) async throws -> TreeListing {
        if let listing = try? workspace.listing(of: artifact, in: store) { return listing }
        try await workspace.bring([artifact], of: chosen.version.tag.text, into: store)
        return try workspace.listing(of: artifact, in: store)
    }

    /// The files that are in Git itself, without the pointers of the artifacts, and what is only of use to Git.
    private mutating func committedFiles(
        beside artifacts: [PointerIndex.Entry],
        _ isWanted: (RepositoryPath) -> Bool
    ) async throws -> [ReleaseFiles.Committed] {
        let places = Set(artifacts.map(\.path))
        let pointers = Set(artifacts.map(\.path.appendingPointerSuffix))
        var files: [(file: GitFile, path: RepositoryPath)] = []
        for file in try await workspace.repository.files(of: chosen.version.commit) {
            let path: RepositoryPath
            do { path = try RepositoryPath(bytes: file.path.bytes) } catch {
                throw Failure(.failed, "\(chosen.version.tag) cannot be deployed", cause: error)
            }
            if path.components.contains(where: { $0.hasPrefix(".git") }) || pointers.contains(path) { continue }
            // Bytes that Git has in the place of an artifact, or in it, are not the version's.
            if places.contains(path) || places.contains(where: path.isInside) || !isWanted(path) { continue }
            if file.mode.isSubmodule {
                warnings.append("submodule \(path) is left out")
            } else if file.size > ReleasePreparation.blobLimit {
                let word = ShellWord.quoted(path.text)
                throw Failure(
                    .failed,
                    "\(path) of \(chosen.version.tag) is too large to be deployed from Git itself",
                    hints: ["make it an artifact, and tag a new version: `git model add \(word)`"]
                )
            } else {
                files.append((file, path))
            }
        }
        return try await entries(of: files)
    }

    private mutating func entries(
        of files: [(file: GitFile, path: RepositoryPath)]
    ) async throws -> [ReleaseFiles.Committed] {
        var found: [ReleaseFiles.Committed] = []
        let tally = ProgressTally(phase: "verifying", sink: workspace.context.progress)
        for batch in ReleaseFiles.batches(of: files, size: \.file.size) {
            try workspace.context.cancellation.check()
            let limit = ReleasePreparation.blobLimit
            let blobs = try await workspace.repository.objects.blobs(batch.map(\.file.id), limit: limit)
            for (file, path) in batch {
                guard let bytes = blobs[file.id] else { continue }
                tally.begin(path.text, byteCount: file.size)
                if file.mode.isSymbolicLink {
                    do { try LinkTarget.check(bytes, at: path) } catch {
                        warnings.append("the link \(path) is left out: \(error)")
                        continue
                    }
                }
                let digest = try await workspace.pool.run { SHA256.digest(of: bytes) }
                let mode: TreeEntry.Mode =
                    file.mode.isSymbolicLink ? .link : file.mode.isExecutable ? .executable : .regular
                let entry = TreeEntry(mode: mode, size: Int64(bytes.count), digest: digest, path: path)
                found.append(ReleaseFiles.Committed(entry: entry, blob: file.id))
                tally.add(file.size)
            }
        }
        workspace.context.progress.finish()
        return found
    }
}

extension ReleasePlan {
    /// Takes what is done with a version from the model's description.
    init(of description: ModelDescription) {
        self.init()
        serve = description.serve
        sample = description.sample?.text
        expectation = description.expectation.flatMap { expectation in
            Expectation.Kind(rawValue: expectation.comparison.rawValue).map { kind in
                Expectation(path: expectation.path.text, kind: kind, rtol: expectation.rtol, atol: expectation.atol)
            }
        }
        takeServing(of: description)
    }

    /// Takes the fields that say how it is served, and what its traffic is compared with.
    private mutating func takeServing(of description: ModelDescription) {
        batch = description.batch
        if let endpoint = description.endpoint { self.endpoint = endpoint }
        health = description.health
        reference = description.reference?.text
    }
}
