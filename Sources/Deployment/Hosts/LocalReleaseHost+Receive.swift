package import SystemPackage
import ModelCore
import SystemIO

extension LocalReleaseHost {
    package func receive(_ release: Release, from write: @Sendable (FilePath) async throws -> Void) async throws {
        guard try await !hasWhole(release) else { return }
        try await pool.run { try removeUnsealed() }
        let place = layout.temporary.appending(TemporaryFile.unusedName())
        try await pool.run { try Directories.create(place) }
        do {
            try await write(place)
            try await settle(release, at: place)
        } catch {
            // The next deployment clears up what cannot be removed now, as where the disk is full.
            try? ReleaseTree.remove(place)
            throw error
        }
    }

    /// Whether the files are there already, every byte; what is there and damaged goes, unless it is current: that
    /// stays until there is something else for its place.
    private func hasWhole(_ release: Release) async throws -> Bool {
        let tree = ReleaseTree(path: layout.files(of: release.id))
        guard try await pool.run({ try FileStatus.of(tree.path) != nil }) else { return false }
        let differences = try await tree.differences(from: release.files, until: cancellation)
        if differences.isEmpty { return true }
        try await pool.run { if try linked() != release.id { try remove(release.id) } }
        return false
    }

    /// Takes away what was received and never sealed; its listing shows that it was made here, or its name, with a
    /// version and a digest, where the listing is gone.
    private func removeUnsealed() throws {
        let current = try linked()
        let listed = try DirectoryEntry.all(in: layout.seals).compactMap { TargetLayout.release(ofListing: $0.name) }
        let there = try DirectoryEntry.all(in: layout.releases).filter { $0.kind == .directory }
            .compactMap { ReleaseID($0.name) }.filter(\.namesVersion)
        for release in Set(listed + there) where release != current {
            if try FileStatus.of(layout.seal(of: release)) == nil { try remove(release) }
        }
    }

    /// Moves files that were written to where the release is to be, with nothing about them left to be done.
    private func settle(_ release: Release, at place: FilePath) async throws {
        try await pool.run {
            let tree = ReleaseTree(path: place)
            let found = StandingFile.differences(of: try tree.files(), from: release.files)
            guard found.isEmpty else { throw HostError.damaged(release.id, found.map(\.line)) }
            try tree.settle()
            try DurableFile.write(release.files.encoded, to: layout.listing(of: release.id))
            let files = layout.files(of: release.id)
            if try FileStatus.of(files) == nil {
                try DurableFile.rename(place, to: files)
            } else {
                // Of a directory that moves the owner may change what is in it.
                try ReleaseTree.unprotect(files)
                let aside = layout.temporary.appending(TemporaryFile.unusedName())
                try DurableFile.replace(files, with: place, aside: aside)
                // The next deployment clears up what cannot be removed now.
                try? ReleaseTree.remove(aside)
            }
            try ReleaseTree.protect(files)
            try DurableFile.synchronizeDirectory(layout.releases)
            try DurableFile.synchronizeDirectory(layout.temporary)
        }
    }
}
