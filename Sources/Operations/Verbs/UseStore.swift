import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model store use`: keeps this repository's bytes in another directory, which several repositories may share.
package struct UseStore: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// The directory of the store.
        package let path: String
        /// Whether it is another than before.
        package let isChanged: Bool
        /// The bytes of packs that were taken along.
        package var bytes: Int64 = 0
        /// Whether the store that was used before is gone.
        package var isOldRemoved = false
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let path: String
    private let isForGroup: Bool

    /// Creates the operation; a store that is new is made for the user's group where that is asked for.
    package init(_ path: String, isForGroup: Bool = false) {
        self.path = path
        self.isForGroup = isForGroup
    }

    /// Takes along what the old store has, and only then uses the new one; an old store that nobody else uses is
    /// removed.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let old = workspace.storePath.lexicallyNormalized()
        let new = context.workingDirectory.pushing(FilePath(context.expandingHome(path))).lexicallyNormalized()
        if try !FileStatus.isSame(new, old) { try requireFit(new, in: workspace) }
        if try new != old && !FileStatus.isSame(new, old) { try requireChoice(in: workspace) }
        let user = workspace.repository.layout.commonDirectory
        let isElsewhere = new != workspace.modelDirectory.appending("store")
        // Where others cannot read what one user needs, nobody collects any more.
        if isElsewhere { try await workspace.livePointers(ofUser: user) }
        try prepare(new)
        let target = try LocalStore.openOrCreate(new)
        try target.requireWritable()
        let joined = try StoreLock.join(new)
        defer { extendLifetime(joined) }
        if isElsewhere {
            try StoreUsers(ofStoreAt: new).register(user)
        }
        guard try !FileStatus.isSame(new, old) else { return Report(path: new.string, isChanged: false) }
        var report = Report(path: new.string, isChanged: true)
        guard try FileStatus.of(old.appending(StoreLayout.format)) != nil else {
            try await configure(new, in: workspace)
            return report
        }
        let source = try LocalStore(old)
        let lock = try StoreLock.exclude(old)
        defer { extendLifetime(lock) }
        let isShared = try !workspace.otherUsers().isEmpty
        let pushed = try source.roots().first?.record
        let transfer = StoreTransfer(from: source, to: target, cancellation: context.cancellation)
        let taken = try transfer.run(try await workspace.ownLivePointers(), isShared ? .needed : .everything)
        report.bytes = taken.byteCount
        (report.warnings, report.hints) = taken.remarks
        // Whoever misses one of them is told why there, too.
        try target.rememberPurge(of: try source.purgedObjects().sorted())
        try await configure(new, in: workspace)
        _ = try StoreUsers(ofStoreAt: old).forget(user)
        if let pushed {
            report.warnings.append("\(old) stays: \(pushed.repository) pushed there, and may need it")
        } else if !isShared {
            report.warnings += try remove(old)
            report.isOldRemoved = true
        }
        return report
    }

    /// Refuses a directory whose files are somebody else's: a store's are deleted when nobody needs them.
    private func requireFit(_ path: FilePath, in workspace: Workspace) throws {
        let layout = workspace.repository.layout
        if !workspace.isBare, path.starts(with: workspace.root), !path.starts(with: layout.commonDirectory) {
            throw Failure(
                .failed,
                "cannot keep the store in \(path): it is in the work tree",
                hints: ["choose a directory outside of any repository"]
            )
        }
        for name in workspace.configuration.remoteNames {
            guard try workspace.isDirectory(path, of: workspace.remote(named: name)) else { continue }
            throw Failure(
                .failed,
                "cannot keep the store in \(path): it is the remote \(name), which others count on",
                hints: ["read from it without a copy: `git model store alternate \(ShellWord.quoted(path.string))`"]
            )
        }
        guard try FileStatus.of(path, followingLinks: true) != nil else { return }
        let isStore = try FileStatus.of(path.appending(StoreLayout.format), followingLinks: true) != nil
        let names = try DirectoryEntry.all(in: FileStatus.realPath(of: path)).map(\.name)
        guard isStore else {
            // Damaged packs are all that stays of a store that was left.
            guard names.contains(where: { $0 != StoreLayout.quarantine }) else { return }
            throw Failure(
                .failed,
                "cannot keep the store in \(path): it is not empty, and no store",
                hints: ["choose a directory that is new or empty"]
            )
        }
        let users = StoreUsers(ofStoreAt: path)
        guard try users.all().isEmpty, names.contains("packs"), try !users.isShared || isPushedTo(path) else { return }
        throw Failure(
            .failed,
            "cannot keep the store in \(path): that is a store in which no repository is registered, such as a remote",
            hints: ["read from it without a copy: `git model store alternate \(ShellWord.quoted(path.string))`"]
        )
    }

    private func isPushedTo(_ store: FilePath) throws -> Bool {
        let roots = try FileStatus.realPath(of: store.appending("roots"))
        return try FileStatus.of(roots) != nil && DirectoryEntry.all(in: roots).contains { Digest(hex: $0.name) != nil }
    }

    /// Refuses where what is about to be written would not count: the old store would be gone, and still be used.
    private func requireChoice(in workspace: Workspace) throws {
        guard let ruler = workspace.configuration.overriding("store", "path") else { return }
        throw Failure(
            .failed,
            "cannot change where the store is: \(ruler) says that it is in \(workspace.storePath)",
            hints: ["take that back, then the same command again"]
        )
    }

    /// Makes the directory of a store that is new; for a group, what is made in it is the group's.
    private func prepare(_ path: FilePath) throws {
        let isThere = try FileStatus.of(path.appending(StoreLayout.format), followingLinks: true) != nil
        guard isForGroup else { return try Directories.create(path) }
        guard !isThere else {
            let word = ShellWord.quoted(path.string)
            throw Failure(
                .failed,
                "\(path) is there already, for whom its permissions say",
                hints: ["give it to a group: `chgrp -R GROUP \(word)`, then `chmod -R g+rwXs \(word)`"]
            )
        }
        try Directories.create(path)
        try DurableFile.setPermissions(0o2775, of: path)
    }

    private func configure(_ path: FilePath, in workspace: Workspace) async throws {
        let key = try GitConfigurationKey("git-model.store.path")
        let repository = workspace.repository
        if path == workspace.modelDirectory.appending("store") {
            try await repository.program.unsetConfiguration(key, in: .local)
            let environment = workspace.context.environment
            let left = try await Configuration.loadWithoutTracked(repository, environment: environment)
            // The user may have another for all repositories.
            guard left.storePath != nil else { return }
        }
        try await repository.program.setConfiguration(key, to: path.string, in: .local)
    }

    /// Removes a store's own files, and a link that led to nothing else; whatever else is in its directory stays, and
    /// so do damaged packs, which may be all that is left of something.
    ///
    /// Returns warnings.
    private func remove(_ place: FilePath) throws -> [String] {
        let root = try FileStatus.realPath(of: place)
        // Without its format a store is none, so that nobody finds half of one.
        try DurableFile.remove(root.appending(StoreLayout.format))
        for file in try DirectoryWalk.entries(under: root).map({ FilePath($0.path) })
        where StoreLayout.isOwn(file) && file.components.first?.string != StoreLayout.quarantine {
            try DurableFile.remove(root.pushing(file))
        }
        try Directories.removeEmptyDirectories(in: root)
        guard try Directories.removeIfEmpty(root) else {
            guard try FileStatus.of(root.appending(StoreLayout.quarantine)) != nil else { return [] }
            return [
                "damaged packs stay in \(root.appending(StoreLayout.quarantine)), for whoever wants to look at them"
            ]
        }
        if try FileStatus.of(place)?.kind == .symbolicLink { try DurableFile.remove(place) }
        return []
    }
}

extension StoreTransfer.Summary {
    /// What the user should know of it, and what helps.
    var remarks: (warnings: [String], hints: [String]) {
        guard partialCount > 0 else { return ([], []) }
        return (
            ["files of which only a part is here: \(partialCount)"],
            ["get what remotes have of them: `git model fetch --all`"]
        )
    }
}
