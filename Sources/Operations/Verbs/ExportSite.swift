import ModelCore
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model export site`: the registry as pages that any web server has, or none.
package struct ExportSite: Sendable {
    /// What was written.
    package struct Report: Operations.Report {
        /// The directory.
        package let directory: String
        /// How many models, versions and runs it shows.
        package let models: Int, versions: Int, runs: Int
        /// The number of pages, and their size in bytes.
        package let pages: Int, size: Int64
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// How many of the latest versions of a model, and of the latest runs, have their curves drawn over each other.
    private static let overlaid = 6

    private static let remedy =
        "fetch them, and write the pages again: `git model fetch --tags`; what no tag has: `git model fetch --all`"

    private let directory: String
    private let title: String?
    private let isForced: Bool
    private let renderer: any SiteRenderer

    /// Creates the operation; with `isForced`, whatever is in the directory goes.
    package init(_ directory: String, title: String? = nil, isForced: Bool = false, renderer: any SiteRenderer) {
        self.directory = directory
        self.title = title
        self.isForced = isForced
        self.renderer = renderer
    }

    /// Writes the pages beside, then puts them in the place of the earlier ones; nothing is fetched.
    ///
    /// The same registry makes the same bytes.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let target = try SiteDirectory(directory, isForced: isForced, in: workspace)
        let joined = try workspace.openStore()
        let store = joined.store
        let collection = SiteCollection(workspace, store: store)
        let curves = SiteCurves(catalog: workspace.runs, store: store)
        let site = try await collection.site(titled: title)
        let tally = SiteTally()
        var unknown = 0
        try await target.replace { place in
            let writer = SiteWriter(place: place, tally: tally)
            unknown = try await write(site, collection, curves, by: writer, in: workspace)
        }
        let missing = ExportSite.words(runs: site.runs.count(where: curves.lacksFiles), differences: unknown)
        extendLifetime(joined)
        let written = tally.sum
        return Report(
            directory: target.path.string,
            models: site.models.count,
            versions: site.models.reduce(0) { $0 + $1.versions.count },
            runs: site.runs.count,
            pages: written.count,
            size: written.byteCount,
            warnings: try workspace.shallowHints + [missing].compactMap(\.self),
            hints: (missing == nil ? [] : [ExportSite.remedy]) + [
                "look at it: open \(ShellWord.quoted(target.path.appending(SitePath.index).string)) in a browser"
            ]
        )
    }

    /// Says what could not be drawn; `nil` where everything was.
    private static func words(runs: Int, differences: Int) -> String? {
        let parts = [
            runs == 0 ? nil : "curves of \(runs) \(runs == 1 ? "run" : "runs")",
            differences == 0 ? nil : "\(differences) \(differences == 1 ? "difference" : "differences") of artifacts",
        ].compactMap(\.self)
        return parts.isEmpty ? nil : "not shown, for what they need is not here: \(parts.joined(separator: ", "))"
    }

    /// Whether what an artifact was, or is, was purged: nobody can get it any more.
    private func isPurged(_ side: CompareVersions.Report.Side?, _ store: LocalStore) throws -> Bool {
        guard let oid = (side?.oid.dropFirst("sha256:".count)).flatMap({ Digest(hex: $0) }) else { return false }
        return try store.isPurged(oid)
    }

    /// Writes all pages; returns of how many artifacts it is not known here what changed in their tensors.
    private func write(
        _ site: Site,
        _ collection: SiteCollection,
        _ curves: SiteCurves,
        by writer: SiteWriter,
        in workspace: Workspace
    ) async throws -> Int {
        var unknown = 0
        let (pool, cancellation) = (workspace.pool, workspace.context.cancellation)
        try writer.write(renderer.index(of: site), to: SitePath.index)
        for model in site.models {
            let latest = model.versions.filter { !$0.isDeregistered && $0.run != nil }.suffix(ExportSite.overlaid)
            let runs = latest.compactMap { version in version.run.map { (name: version.version, run: $0) } }
            try await pool.run {
                try writer.write(
                    renderer.page(of: model, curves.figures(of: runs), in: site),
                    to: SitePath.page(ofModel: model.name)
                )
            }
            var previous: Site.Version?
            for version in model.versions {
                try cancellation.check()
                let details = try await collection.details(of: version, after: previous, drawnBy: curves)
                unknown += try details.changes.count { change in
                    guard change.tensors == nil, change.problem != nil else { return false }
                    return try ![change.before, change.after].contains { try isPurged($0, curves.store) }
                }
                try await pool.run {
                    try writer.write(renderer.page(of: version, details, in: site), to: SitePath.page(of: version))
                }
                previous = version
            }
        }
        let latest = site.runs.prefix(ExportSite.overlaid).reversed().map { run in
            (name: run.name ?? run.id.abbreviated, run: run)
        }
        try await pool.run { try writer.write(renderer.runs(of: site, curves.figures(of: latest)), to: SitePath.runs) }
        try await pool.forEach(0..<site.runs.count) { position in
            try cancellation.check()
            let run = site.runs[position]
            let figures = curves.figures(of: [(name: run.name ?? run.id.abbreviated, run: run)])
            try writer.write(renderer.page(of: run, figures, in: site), to: SitePath.page(of: run.id))
        }
        return unknown
    }
}
