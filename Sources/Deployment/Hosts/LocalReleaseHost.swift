package import ModelCore
import Synchronization
package import SystemIO
package import SystemPackage

/// A directory of this machine that has a target's releases.
package struct LocalReleaseHost: ReleaseHost {
    package let layout: TargetLayout
    private let environment: [String: String]
    let cancellation: Cancellation
    let pool = WorkerPool.shared

    /// Creates a host of a directory, an absolute path that need not be there yet; commands have that environment.
    package init(_ root: FilePath, environment: [String: String], cancellation: Cancellation) {
        // The place may be a link, which nothing in it is.
        layout = TargetLayout((try? FileStatus.realPath(of: root)) ?? root)
        self.environment = environment
        self.cancellation = cancellation
    }

    package var journal: FilePath? { layout.events }

    package func tryOut(_ release: Release, asBatch: Bool, timeout: Int) async throws -> SmokeOutcome {
        let test = SmokeTest(
            plan: release.plan,
            directory: layout.files(of: release.id),
            timeout: timeout,
            environment: environment,
            cancellation: cancellation
        )
        return await test.run(LocalServeLaunch(release.identity), asBatch: asBatch)
    }

    package func launch(of seal: ReleaseSeal) -> any ServeLaunch { LocalServeLaunch(seal.identity) }

    package func lock(noting note: String) async throws -> any HostLock {
        try await pool.run {
            try requireOwnDirectories()
            try requireOwnReleases()
            for directory in [layout.releases, layout.seals, layout.events, layout.temporary] {
                try Directories.create(directory)
            }
            let lock = LocalHostLock(try free())
            // A full disk forbids nobody to go back.
            try? write(note)
            try sweep()
            return lock
        }
    }

    package func uninterrupted() -> any ReleaseHost {
        LocalReleaseHost(layout.root, environment: environment, cancellation: Cancellation())
    }

    /// Refuses links where directories of ours have to be: what is swept or removed behind them would be somebody
    /// else's.
    private func requireOwnDirectories() throws {
        for directory in [layout.state, layout.releases, layout.seals, layout.events, layout.temporary] {
            guard let kind = try FileStatus.of(directory)?.kind, kind != .directory else { continue }
            throw HostError.foreign(directory, what: kind == .symbolicLink ? "a link" : "a file")
        }
    }

    /// Refuses a directory where somebody else has releases: what is there and not sealed would be cleared up.
    private func requireOwnReleases() throws {
        // In this order, for another deployment may begin now.
        guard try FileStatus.of(layout.releases) != nil, try !DirectoryEntry.all(in: layout.releases).isEmpty,
            try FileStatus.of(layout.state) == nil
        else { return }
        throw HostError.foreignReleases(at: layout)
    }

    /// Takes the lock, or says who has it.
    private func free() throws -> FileLock {
        do { return try FileLock(layout.lock, mode: .exclusive, wait: nil) } catch {
            guard case .held = error else { throw error }
            let bytes = (try? DurableFile.read(layout.lock, limit: LockNote.byteLimit)) ?? []
            throw HostError.locked(layout.root, by: LockNote.text(of: bytes))
        }
    }

    /// Notes who has the lock, in place: another file of this name would be another lock.
    private func write(_ note: String) throws {
        let file = try OpenFile(writing: layout.lock)
        let bytes = LockNote.bytes(of: note)
        try file.resize(to: 0)
        try bytes.span.withUnsafeBytes { (buffer) throws(IOError) in try file.write(buffer, at: 0) }
    }

    /// Removes what a deployment left that was killed.
    private func sweep() throws {
        for entry in try DirectoryEntry.all(in: layout.temporary) {
            try ReleaseTree.remove(layout.temporary.appending(entry.name))
        }
        for entry in try DirectoryEntry.all(in: layout.root)
        where entry.kind == .symbolicLink && TemporaryFile.isTemporary(entry.name) {
            try DurableFile.remove(layout.root.appending(entry.name))
        }
    }

    package func current() async throws -> ReleaseID? { try await pool.run { try linked() } }

    /// What `current` leads to.
    func linked() throws -> ReleaseID? {
        guard let status = try FileStatus.of(layout.current) else { return nil }
        guard status.kind == .symbolicLink else {
            throw HostError.foreign(layout.current, what: status.kind == .directory ? "a directory" : "a file")
        }
        let target = try SymbolicLink.target(of: layout.current)
        guard let release = layout.release(ofLink: target), try FileStatus.of(layout.seal(of: release)) != nil else {
            throw HostError.foreign(layout.current, what: "a link to \(QuotedPath.encode(target))")
        }
        return release
    }

    package func seals() async throws -> [ReleaseSeal] {
        try await pool.run {
            guard try FileStatus.of(layout.seals) != nil else { return [] }
            return try DirectoryEntry.all(in: layout.seals).compactMap { entry in
                guard let release = TargetLayout.release(ofSeal: entry.name),
                    try FileStatus.of(layout.files(of: release)) != nil
                else { return nil }
                return try sealed(release)
            }
        }
    }

    /// Reads a seal; `nil` where there is none, or none that can be read.
    private func sealed(_ release: ReleaseID) throws -> ReleaseSeal? {
        let path = layout.seal(of: release)
        guard try FileStatus.of(path)?.kind == .regular else { return nil }
        return SealFile.seal(of: release, parsing: try DurableFile.read(path, limit: SealFile.byteLimit))
    }

    package func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws {
        try await pool.run {
            guard try FileStatus.of(layout.files(of: seal.release)) != nil else {
                throw HostError.absent(seal.release)
            }
            try DurableFile.write(files.encoded, to: layout.listing(of: seal.release))
            try DurableFile.write(SealFile.bytes(of: seal), to: layout.seal(of: seal.release))
        }
    }

    package func reseal(_ seal: ReleaseSeal) async throws {
        try await pool.run {
            guard try sealed(seal.release) != nil else { throw HostError.absent(seal.release) }
            try DurableFile.write(SealFile.bytes(of: seal), to: layout.seal(of: seal.release))
        }
    }

    package func requireUsable(_ seal: ReleaseSeal) async throws {
        try await pool.run {
            let listing = try listing(of: seal)
            let tree = ReleaseTree(path: layout.files(of: seal.release))
            guard try FileStatus.of(tree.path)?.kind == .directory else {
                throw HostError.damaged(seal.release, ["its files are missing"])
            }
            let found = StandingFile.differences(of: try tree.files(), from: listing)
            guard found.isEmpty else { throw HostError.damaged(seal.release, found.map(\.line)) }
        }
    }

    /// Reads the listing of a sealed release, which has to be what the seal says.
    private func listing(of seal: ReleaseSeal) throws -> TreeListing {
        guard let kept = try sealed(seal.release) else { throw HostError.absent(seal.release) }
        let path = layout.listing(of: seal.release)
        guard try FileStatus.of(path)?.kind == .regular else {
            throw HostError.damaged(seal.release, ["the listing of its files is missing"])
        }
        let bytes = try DurableFile.read(path, limit: Int(TreeListing.maximumByteCount))
        return try seal.listing(parsing: bytes, kept: kept)
    }

    package func differences(of seal: ReleaseSeal) async throws -> [String] {
        let listing = try await pool.run { try self.listing(of: seal) }
        return try await ReleaseTree(path: layout.files(of: seal.release))
            .differences(from: listing, until: cancellation)
    }

    package func activate(_ release: ReleaseID) async throws { try await pool.run { try link(to: release) } }

    private func link(to release: ReleaseID) throws {
        guard try sealed(release) != nil, try FileStatus.of(layout.files(of: release))?.kind == .directory else {
            throw HostError.absent(release)
        }
        // What stands there and is somebody else's is not written over.
        guard try linked() != release else { return }
        try SymbolicLink.write(target: layout.link(to: release), to: layout.current)
        try DurableFile.synchronizeDirectory(layout.root)
    }

    package func deactivate(_ release: ReleaseID) async throws {
        try await pool.run {
            guard try linked() == release else { return }
            try DurableFile.remove(layout.current)
            try DurableFile.synchronizeDirectory(layout.root)
        }
    }

    package func discard(_ release: ReleaseID) async throws {
        try await pool.run { try remove(release) }
    }

    /// Takes a release away: first what makes it one that can be gone back to.
    func remove(_ release: ReleaseID) throws {
        if let current = try? linked(), current == release { throw HostError.current(release) }
        try DurableFile.remove(layout.seal(of: release))
        let files = layout.files(of: release)
        if try FileStatus.of(files) != nil {
            try ReleaseTree.unprotect(files)
            let aside = layout.temporary.appending(TemporaryFile.unusedName())
            try DurableFile.rename(files, to: aside)
            try ReleaseTree.remove(aside)
        }
        // The listing shows that the files were made here, for as long as there are any.
        try DurableFile.remove(layout.listing(of: release))
    }
}

/// The lock of a directory of this machine.
private final class LocalHostLock: HostLock {
    private let lock: Mutex<FileLock?>

    init(_ lock: consuming FileLock) { self.lock = Mutex(lock) }

    func release() async { lock.withLock { $0 = nil } }
}
