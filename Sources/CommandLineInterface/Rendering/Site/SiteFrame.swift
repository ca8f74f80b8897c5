import ModelCore
import Operations

/// What the pages of a site have around their content, and how they lead to each other.
struct SiteFrame {
    /// How many directories a page is below the site's top.
    let depth: Int
    private let site: Site

    init(_ site: Site, at path: String) {
        self.site = site
        depth = path.utf8.count { $0 == UInt8(ascii: "/") }
    }

    /// Returns a whole document; sections are HTML already.
    func document(_ title: String, _ sections: [String], script: PageFrame.Script? = nil) -> String {
        let links = [link(site.title, to: SitePath.index), link("Runs", to: SitePath.runs)]
        let top = HTML.element("nav", [], links.joined(separator: " "))
        let heading = HTML.element("h1", [], HTML.escaped(title))
        let body = ([top, heading] + sections).filter { !$0.isEmpty }.joined(separator: "\n")
        let name = title == site.title ? title : "\(title) · \(site.title)"
        return PageFrame.document(title: name, body: body, style: SiteFrame.style, script: script)
    }

    /// Returns a link to another page of the site.
    func link(_ text: String, to path: String) -> String {
        HTML.element("a", [("href", String(repeating: "../", count: depth) + path)], HTML.escaped(text))
    }

    /// Returns a link to a version.
    func link(to version: Site.Version, _ text: String? = nil) -> String {
        link(text ?? version.version, to: SitePath.page(of: version))
    }

    /// Returns a section with a heading; nothing where it has no content.
    static func section(_ title: String, _ content: String) -> String {
        content.isEmpty ? "" : HTML.element("section", [], HTML.element("h2", [], HTML.escaped(title)) + content)
    }

    /// Returns names and what they mean, which is HTML already; what is empty is left out.
    static func facts(_ rows: [(String, String)]) -> String {
        let filled = rows.filter { !$0.1.isEmpty }
        guard !filled.isEmpty else { return "" }
        let items = filled.map { HTML.element("dt", [], HTML.escaped($0)) + HTML.element("dd", [], $1) }
        return HTML.element("dl", [], items.joined(separator: "\n"))
    }

    /// Returns stages beside each other.
    static func chips(_ stages: [String]) -> String {
        stages.map { HTML.element("span", [("class", "chip")], HTML.escaped($0)) }.joined(separator: " ")
    }

    /// Returns what people wrote, its lines as they are.
    static func text(_ text: String) -> String {
        text.isEmpty ? "" : HTML.element("pre", [("class", "words")], HTML.escaped(text))
    }

    private static let style = """
        nav { display: flex; flex-wrap: wrap; gap: 1rem; padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
        a { color: inherit; text-decoration-color: var(--faint); text-underline-offset: .15em; }
        main { max-width: 80rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; font-size: .95rem; }
        dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
        .chip { border: 1px solid var(--good); color: var(--good); border-radius: 1rem; padding: 0 .5rem; font-size: .85em;
          white-space: nowrap; }
        .tall { max-height: 75vh; overflow-y: auto; border-bottom: 1px solid var(--line); }
        .tall th { position: sticky; top: 0; background: var(--paper); }
        .faint { color: var(--faint); }
        .words { white-space: pre-wrap; overflow-wrap: anywhere; }
        .search { display: flex; gap: .5rem; align-items: center; margin: .5rem 0; }
        .search input { flex: 1; min-width: 0; font: inherit; padding: .3rem .5rem; color: inherit; background: transparent;
          border: 1px solid var(--line); border-radius: 6px; }
        th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid; }
        th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }

        """
}
