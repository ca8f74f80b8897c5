import Deployment
import Git
import ModelCore
import OCI
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// What no export takes the place of: repositories, stores, targets, where the user stands, and the user's home.
struct KeptPlaces {
    /// How many names are looked at for repositories below a place.
    private static let entryLimit = 1_000_000
    private static let insideTarget = "is, or is inside, a place that versions are deployed to"

    private let kept: [FilePath]
    /// What the configuration names.
    private let configured: [FilePath]
    /// Those of it that versions are deployed to.
    private let targets: [FilePath]
    private let commonDirectory: FilePath

    init(in workspace: Workspace) throws {
        let context = workspace.context
        commonDirectory = try FileStatus.realPath(of: workspace.repository.layout.commonDirectory)
        let home = context.environment["HOME"].flatMap { $0.isEmpty ? nil : FilePath($0) }
        let places = [workspace.root, context.workingDirectory] + (home.map { [$0] } ?? [])
        // What a configuration names may be no place that can be looked at; nothing replaces that one either.
        targets = workspace.targetPlaces.map(KeptPlaces.real)
        configured = workspace.storePlaces.map(KeptPlaces.real) + targets
        kept = try places.map { try FileStatus.realPath(of: $0) } + [commonDirectory]
    }

    /// Says what a place has in it, or lies in, that is to stay; `nil` where it may be replaced.
    ///
    /// Links on the way to the place are followed, as the system does; a link at its end is what would be replaced.
    /// `own` is for who replaces only what has these names at the top of the place, and leaves all else there alone,
    /// `.git` too.
    func objection(to path: FilePath, replacing own: Set<String>? = nil) throws -> String? {
        guard let name = path.lastComponent else { return "is the top of the file system" }
        let real = try FileStatus.realPath(of: path.removingLastComponent()).appending(name)
        if real != commonDirectory, real.starts(with: commonDirectory) {
            return "is inside a Git repository's own directory"
        }
        if kept.contains(where: { $0.starts(with: real) })
            || configured.contains(where: { KeptPlaces.goes($0, with: real, own) })
        {
            return "has more in it than an export"
        }
        if targets.contains(where: { real.starts(with: $0) }) { return KeptPlaces.insideTarget }
        if own == nil, try FileStatus.of(real.appending(".git")) != nil { return "is a Git repository" }
        var place = real
        while place.lastComponent != nil {
            if try KeptPlaces.isRepository(place) { return "is, or is inside, a Git repository's own directory" }
            if try KeptPlaces.isStore(place) { return "is, or is inside, a store of git-model" }
            // What is checked out may be of before the target, or of another clone than the one that deploys to it.
            if try FileStatus.of(TargetLayout(place).seals) != nil { return KeptPlaces.insideTarget }
            place.removeLastComponent()
        }
        return own == nil ? try KeptPlaces.objection(below: real) : nil
    }

    private static func real(_ path: FilePath) -> FilePath {
        let path = path.lexicallyNormalized()
        return (try? FileStatus.realPath(of: path)) ?? path
    }

    /// Whether what is at a path, or below it, goes where what has these names in a directory is replaced, or all of
    /// it.
    private static func goes(_ path: FilePath, with directory: FilePath, _ own: Set<String>?) -> Bool {
        guard path.starts(with: directory) else { return false }
        guard let own, let name = path.components.dropFirst(directory.components.count).first else { return true }
        return own.contains(name.string)
    }

    /// Says which repository, store or target lies somewhere below a directory; links are not followed.
    private static func objection(below top: FilePath) throws -> String? {
        guard try FileStatus.of(top)?.kind == .directory else { return nil }
        var left = [top]
        var count = 0
        while let directory = left.popLast() {
            let entries = try DirectoryEntry.all(in: directory)
            count += entries.count
            guard count <= entryLimit else { return "has too much in it to see whether a repository is among that" }
            let names = Set(entries.map(\.name))
            if names.contains(".git") || isRepository(names) || isStore(names) {
                return "has a repository or store in it: \(QuotedPath.encode(directory.string))"
            }
            if try names.contains(TargetLayout.stateName) && FileStatus.of(TargetLayout(directory).seals) != nil {
                return "has a place in it that versions are deployed to: \(QuotedPath.encode(directory.string))"
            }
            left += entries.filter { $0.kind == .directory }.map { directory.appending($0.name) }
        }
        return nil
    }

    private static func isRepository(_ path: FilePath) throws -> Bool {
        try FileStatus.of(path.appending("HEAD")) != nil && FileStatus.of(path.appending("objects")) != nil
    }

    private static func isStore(_ path: FilePath) throws -> Bool {
        try FileStatus.of(path.appending(StoreLayout.format)) != nil && FileStatus.of(path.appending("packs")) != nil
    }

    /// Whether a directory with these names looks like a repository, as Git tells one.
    private static func isRepository(_ names: Set<String>) -> Bool { names.isSuperset(of: ["HEAD", "objects"]) }

    /// Whether it looks like a store, this machine's or a remote's.
    private static func isStore(_ names: Set<String>) -> Bool { names.isSuperset(of: [StoreLayout.format, "packs"]) }
}

extension Workspace {
    /// The directories of this machine that the configuration names as stores: the local one and remotes.
    fileprivate var storePlaces: [FilePath] {
        let remotes = configuration.remotes.compactMap { remote -> FilePath? in
            let text = context.expandingHome(resolvingGitRemote(remote.url))
            guard case .directory(let path)? = try? RemoteURL(parsing: text, relativeTo: root) else { return nil }
            return path
        }
        return [storePath] + remotes
    }

    /// Those that it names as targets.
    fileprivate var targetPlaces: [FilePath] {
        targets().targets.compactMap { configured -> FilePath? in
            if let place = try? localPlace(of: configured.target) { return place }
            guard let text = configured.target.settings.text("to"),
                case .layout(let layout)? = (try? ImageReference(text))?.place
            else { return nil }
            return root.pushing(FilePath(context.expandingHome(layout)))
        }
    }
}
