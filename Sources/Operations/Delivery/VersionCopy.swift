import Git
import ModelCore
import Registry
import Remotes
import SystemIO
import SystemPackage

/// A repository elsewhere at one version: its commit without history, and no work tree.
struct VersionCopy {
    private let workspace: Workspace
    /// The URL, or the absolute path, that the copy was made from.
    private let source: String
    /// The version.
    let version: ResolvedVersion

    /// Fetches the commit of a version, and nothing else, into a directory that may have it from an earlier try.
    init(of url: String, at text: String, in directory: FilePath, context: Context) async throws {
        let place = VersionCopy.location(url, from: context)
        var inner = context.standing(in: directory)
        // A login that the URL has gets into no file.
        let plain = GitURL.withoutLogin(place)
        if plain != place {
            let login = GitSettings.variables([("url.\(place).insteadOf", plain)], after: inner.environment)
            inner.environment.merge(login) { $1 }
        }
        let repository = try await GitRepository.create(at: directory, environment: inner.environment)
        // As in a clone: a remote may be named by it, as `lfs:origin` is.
        let origin = try GitConfigurationKey("remote.origin.url")
        try await repository.program.setConfiguration(origin, to: plain, in: .local)
        let advertised = AdvertisedVersions(references: try await repository.remoteReferences(of: place))
        let reference: String
        do throws(ResolutionError) { reference = try advertised.reference(for: text) } catch {
            throw VersionCopy.failure(error, in: url, advertised)
        }
        let commit = try await repository.fetchCommit(reference, from: place)
        try await repository.detachHead(at: commit)
        workspace = try await Workspace.discover(in: inner, bare: true)
        guard workspace.shared.configuration != nil else {
            throw Failure(
                .notInitialized,
                "\(url) is not set up for git-model at \(text)",
                hints: [
                    "see its versions: `git ls-remote --tags \(url)`",
                    "a version from before `git model import dvc`: clone it, then `git model checkout \(text)`",
                ]
            )
        }
        source = place
        version = try await workspace.resolve(TagName(reference: reference)?.text ?? commit.hex)
    }

    /// The usual hints are about the repository that one stands in.
    private static func failure(_ error: ResolutionError, in url: String, _ known: AdvertisedVersions) -> Failure {
        if case .ambiguous = error { return Failure(.usage, "\(error), in \(url)") }
        let names = known.newest.map { "`\($0)`" }
        return Failure(
            .failed,
            "\(error), in \(url)",
            hints: [names.isEmpty ? "it has no versions" : "it has: " + names.joined(separator: ", ")]
        )
    }

    /// What the paths mean in the version, or all artifacts of its model.
    func orders(_ paths: [String]) async throws -> [DeliveryOrder] {
        let (entries, damaged) = try await workspace.pointers(of: version)
        if let first = damaged.first { throw Failure(.failed, "\(first.path) cannot be read: \(first.problem)") }
        let known =
            paths.isEmpty ? entries : try await PointerIndex.at(version.commit, in: workspace.repository).entries
        return try DeliveryOrder.all(paths, among: known.map(VersionManifest.Artifact.init), of: version.name)
    }

    /// The remotes that may have the version's bytes, the default one first; only one where it is named.
    func remotes(named name: String?) throws -> [Delivery.Source] {
        let names = name.map { [$0] } ?? workspace.configuration.remoteNamesByPreference
        guard !names.isEmpty else {
            throw Failure(.failed, "\(source) names no remote that has the bytes of \(version.name)")
        }
        return names.map { name in Delivery.Source(name: name, open: { try remote(name) }) }
    }

    /// A relative path counts from the repository itself, which this copy is not.
    private func remote(_ name: String) throws -> RemoteStore {
        let url = try workspace.url(ofRemote: name)
        let top = source.hasPrefix("file://") ? String(source.dropFirst("file://".count)) : source
        let isLocal = top.hasPrefix("/")
        return try workspace.remote(
            name,
            url: isLocal ? workspace.context.agreedURL(url, from: FilePath(top)) : url
        ).store
    }

    /// A path stands where the user does; what is no directory is Git's to understand.
    private static func location(_ url: String, from context: Context) -> String {
        let path = context.workingDirectory.pushing(FilePath(context.expandingHome(url)))
        let isThere = (try? FileStatus.of(path, followingLinks: true)) != nil
        return isThere ? path.lexicallyNormalized().string : url
    }
}
