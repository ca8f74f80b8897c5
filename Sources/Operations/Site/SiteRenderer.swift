package import Runs

/// Makes the pages of a site, each of which is a text of its own; called by several threads at a time.
package protocol SiteRenderer: Sendable {
    /// The first page: the models.
    func index(of site: Site) -> String
    /// A model, and the curves of its latest versions.
    func page(of model: Site.Model, _ figures: SiteFigures, in site: Site) -> String
    /// A version.
    func page(of version: Site.Version, _ details: SiteVersionDetails, in site: Site) -> String
    /// All runs, and the curves of the latest.
    func runs(of site: Site, _ figures: SiteFigures) -> String
    /// A run, and its curves.
    func page(of run: RunRecord, _ figures: SiteFigures, in site: Site) -> String
}

/// Where the pages of a site are, from its top.
package enum SitePath {
    /// The first page.
    package static let index = "index.html"
    /// The page of all runs.
    package static let runs = "runs.html"

    /// Returns the page of a model; a slash in its name is one of the path.
    package static func page(ofModel model: String) -> String { "models/\(model)/index.html" }

    /// Returns the page of a version.
    package static func page(of version: Site.Version) -> String { "models/\(version.model)/\(version.version).html" }

    /// Returns the page of a run.
    package static func page(of run: RunID) -> String { "runs/\(run).html" }
}
