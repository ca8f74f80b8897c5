import Git
import ModelCore
import SystemIO
import SystemPackage

/// The directory of a site, which is written beside and then takes the place of the earlier one, so that nobody sees a
/// half of it.
struct SiteDirectory {
    /// The file by which a site is known again.
    private static let marker = (name: ".git-model-site", text: "git-model-site 1\n")
    /// All that a site has at its top.
    private static let own: Set<String> = [marker.name, SitePath.index, SitePath.runs, "models", "runs"]

    /// Where the site is going to be.
    let path: FilePath

    /// Looks whether the directory may become a site; throws where it holds something else, unless that is to go.
    init(_ argument: String, isForced: Bool, in workspace: Workspace) throws {
        path = workspace.context.workingDirectory.pushing(FilePath(argument)).lexicallyNormalized()
        let status = try FileStatus.of(path)
        if let status, status.kind != .directory { throw Failure(.failed, "\(path) is no directory") }
        let names = try status.map { _ in try DirectoryEntry.all(in: path).map(\.name) } ?? []
        let isSite = names.contains(SiteDirectory.marker.name)
        let own = isSite ? SiteDirectory.own : nil
        if let objection = try KeptPlaces(in: workspace).objection(to: path, replacing: own) {
            throw Failure(
                .usage,
                "\(path) \(objection)",
                hints: ["name a directory of its own: `git model export site public`"]
            )
        }
        guard isForced || isSite || names.isEmpty else {
            throw Failure(
                .failed,
                "\(path) is not empty, and no site of git-model",
                hints: ["name another directory, or give up all that is in this one: `--force`"]
            )
        }
    }

    /// Makes a new site with what `write` puts into a directory, and lets it take the place of the earlier one.
    ///
    /// Beside what is not the site's own, such as what it is published with, its entries are replaced one by one.
    func replace(by write: (FilePath) async throws -> Void) async throws {
        try Directories.create(path.removingLastComponent(), durable: false)
        let scratch = try TemporaryDirectory(in: path.removingLastComponent())
        let fresh = scratch.path.appending("site")
        // Web servers are other users.
        try Directories.create(fresh, durable: false)
        try await write(fresh)
        let marker = SiteDirectory.marker
        try DurableFile.write(Array(marker.text.utf8), to: fresh.appending(marker.name), durable: false)
        let old = scratch.path.appending("old")
        let names = try FileStatus.of(path).map { _ in try DirectoryEntry.all(in: path).map(\.name) } ?? []
        if names.contains(marker.name), !SiteDirectory.own.isSuperset(of: names) {
            try Directories.create(old, durable: false)
            // The marker stays where it is: whoever is stopped halfway has to know the site again.
            for name in SiteDirectory.own.sorted() where name != marker.name {
                try SiteDirectory.exchange(path.appending(name), for: fresh.appending(name), aside: old.appending(name))
            }
        } else {
            try SiteDirectory.exchange(path, for: fresh, aside: old)
        }
        try DurableFile.synchronizeDirectory(path.removingLastComponent())
    }

    /// Puts what is fresh, where there is any, in the place of what is there, which goes aside, or comes back where
    /// that fails.
    private static func exchange(_ place: FilePath, for fresh: FilePath, aside: FilePath) throws {
        let isThere = try FileStatus.of(place) != nil
        if isThere { try DurableFile.rename(place, to: aside) }
        guard try FileStatus.of(fresh) != nil else { return }
        do { try DurableFile.rename(fresh, to: place) } catch {
            if isThere { try? DurableFile.rename(aside, to: place) }
            throw error
        }
    }
}
