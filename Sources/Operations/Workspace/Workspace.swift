import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// A repository that `init` was run in, with everything that verbs share: where things are, the store, the pointers.
struct Workspace: Sendable {
    let context: Context
    let repository: GitRepository
    /// The top of the work tree; the Git directory where there is none.
    let root: FilePath
    /// Whether there is no work tree, so that what HEAD has stands for it.
    let isBare: Bool
    /// The top of the main work tree, or a bare repository, where this is not it and a place counts from there; `nil`
    /// where Git does not say.
    let mainPlace: FilePath?
    /// The files of `.mver` that the work tree does not have.
    let shared: SharedFiles
    /// `.git/model` in the common directory, shared by all worktrees.
    let modelDirectory: FilePath
    let configuration: Configuration
    /// What is said of where the configuration was read, if anything.
    var configurationWarning: String?
    let pool = WorkerPool.shared

    /// Opens the repository that the context stands in; one without `.mver/config` is `notInitialized`.
    ///
    /// A bare one is refused unless the verb asks for `bare`: most change the work tree.
    static func open(in context: Context, bare: Bool = false) async throws -> Workspace {
        let workspace = try await discover(in: context, bare: bare)
        guard try await workspace.repository.isSetUp else {
            throw Failure(
                .notInitialized,
                "\(workspace.root) is not set up for git-model",
                hints: ["set it up: `git model init`"]
            )
        }
        try workspace.requireStorePlace()
        return workspace
    }

    /// Opens the repository for a verb that judges commits, of which one may be checked out: a `.mver/config` that
    /// cannot be read counts as empty.
    static func openToJudge(in context: Context) async throws -> Workspace {
        do { return try await open(in: context, bare: true) } catch let error
            where error is ConfigurationError || error is UnsafePathError
        {
            return try await discover(in: context, bare: true, readsTracked: false)
        }
    }

    /// Opens the repository that the context stands in, set up or not; a bare one only where that is asked for.
    ///
    /// Without `readsTracked`, its `.mver/config` counts as empty.
    static func discover(in context: Context, bare: Bool = false, readsTracked: Bool = true) async throws -> Workspace {
        let repository: GitRepository
        do {
            repository = try await GitRepository.discover(
                from: context.workingDirectory,
                environment: context.environment
            )
        } catch {
            guard case .notARepository = error.kind else { throw error }
            throw Failure(
                .notInitialized,
                "\(context.workingDirectory) is not in a Git repository",
                hints: ["make it one: `git init`"]
            )
        }
        let workTree = repository.layout.workTree
        guard bare || workTree != nil else {
            throw Failure(
                .failed,
                "\(repository.layout.gitDirectory) is a bare repository, which has no work tree to change",
                hints: [
                    "clone it, and work in the clone: `git clone \(ShellWord.quoted("\(repository.layout.gitDirectory)"))`"
                ]
            )
        }
        let shared: SharedFiles
        do { shared = try await SharedFiles.of(repository) } catch let error
            where !readsTracked && (error is ConfigurationError || error is UnsafePathError)
        {
            shared = .none
        }
        let configuration =
            readsTracked
            ? try await Configuration.load(repository, shared, environment: context.environment)
            : try await Configuration.loadWithoutTracked(repository, environment: context.environment)
        return Workspace(
            context: context,
            repository: repository,
            root: workTree ?? repository.layout.gitDirectory,
            isBare: workTree == nil,
            mainPlace: repository.isMain || !configuration.hasRelativeStore ? nil : try await repository.mainPlace(),
            shared: shared,
            modelDirectory: repository.layout.commonDirectory.appending("model"),
            configuration: configuration
        )
    }

    /// Returns the same workspace under other rules.
    func with(_ configuration: Configuration) -> Workspace {
        Workspace(
            context: context,
            repository: repository,
            root: root,
            isBare: isBare,
            mainPlace: mainPlace,
            shared: shared,
            modelDirectory: modelDirectory,
            configuration: configuration,
            configurationWarning: configurationWarning
        )
    }

    /// Returns the same workspace in another context.
    func with(_ context: Context) -> Workspace {
        Workspace(
            context: context,
            repository: repository,
            root: root,
            isBare: isBare,
            mainPlace: mainPlace,
            shared: shared,
            modelDirectory: modelDirectory,
            configuration: configuration,
            configurationWarning: configurationWarning
        )
    }

    /// Opens the local store, creating it where there is none, and joins its users; in a repository that can only be
    /// read, none of its own is as good as an empty one.
    func openStore() throws -> JoinedStore {
        // For hooks and merges, which open what is not set up as well.
        try requireStorePlace()
        let store = try openOrCreateStore()
        let lock = try StoreLock.join(storePath)
        guard try store.isAbsent || hasStore() else { throw storeIsGone }
        try registerAsUser()
        // Where the store is elsewhere, caches and drafts are here all the same; whoever may only read goes without.
        try? Directories.create(modelDirectory, durable: false)
        let alternates = try store.alternateRoots.map { AlternateLock(lock: try StoreLock.join($0)) }
        return JoinedStore(store: store, lock: lock, alternates: alternates)
    }

    /// Whether there is a store where it is to be.
    func hasStore() throws -> Bool {
        try FileStatus.of(storePath.appending(StoreLayout.format), followingLinks: true) != nil
    }

    /// What is said where the store was there, and is not any more when it is a command's turn: the lock is on a file
    /// that nobody finds, and where the store is now stands in a configuration that was read before.
    var storeIsGone: Failure {
        Failure(
            .failed,
            "the store \(storePath) was moved or removed while this command waited for it",
            hints: ["run the same command again: it finds the store where it is now"]
        )
    }

    /// The file of the stat cache, in the directory of git-model.
    static let statCacheName = "stat-cache"

    /// Reads the stat cache.
    func openStatCache() -> StatCache { StatCache(modelDirectory.appending(Workspace.statCacheName)) }

    /// What large files were made of when they were added.
    var knownFiles: KnownFiles { KnownFiles(modelDirectory.appending("known-files")) }
}

/// The local store for as long as a verb uses it: collection stays away until this is gone.
struct JoinedStore: ~Copyable {
    let store: LocalStore
    private let lock: StoreLock?
    private let alternates: [AlternateLock]

    init(store: LocalStore, lock: consuming StoreLock?, alternates: [AlternateLock]) {
        self.store = store
        self.lock = lock
        self.alternates = alternates
    }
}

/// Keeps collection in a store away that is only read.
final class AlternateLock: Sendable {
    private let lock: StoreLock?

    init(lock: consuming StoreLock?) { self.lock = lock }
}

extension GitRepository {
    /// Whether `init` was ever run here; commits from before that have no configuration, but what every command leaves
    /// is there.
    var isSetUp: Bool {
        get async throws {
            if try FileStatus.of(layout.commonDirectory.appending("model")) != nil { return true }
            if let root = layout.workTree, try FileStatus.of(root.appending(".mver").appending("config")) != nil {
                return true
            }
            // A bare repository and a sparse checkout have it in Git only.
            return try await SharedFiles.of(self).configuration != nil
        }
    }
}
