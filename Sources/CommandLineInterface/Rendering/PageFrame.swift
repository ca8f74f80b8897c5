/// What all pages have around their content.
enum PageFrame {
    /// A script of a page: nothing else that is in the page runs.
    struct Script {
        /// What it does, after the page is there.
        let text: String
        /// The SHA-256 of its text, in base64.
        let digest: String
    }

    /// Returns a whole document; `body` is HTML already, `style` comes after what all pages have.
    static func document(title: String, body: String, style own: String = "", script: Script? = nil) -> String {
        let scripts = script.map { "; script-src 'sha256-\($0.digest)'" } ?? ""
        let code = script.map { "\n<script>\($0.text)</script>" } ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:\(scripts)">
            <meta name="referrer" content="no-referrer">
            <title>\(HTML.escaped(title))</title>
            <style>
            \(style)\(own)</style>
            </head>
            <body>
            <main>
            \(body)
            </main>\(code)
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d5dae0; --faint: #5b6672; --good: #116329;
          --bad: #b3261e; --warn: #fff6dd; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ed; --paper: #0d1117; --line: #343b44; --faint: #9aa5b1; --good: #5fd08a; --bad: #ff8a80;
            --warn: #3a3116; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .5rem; } h3 { font-size: 1rem; }
        code, pre { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
        pre { padding: .75rem; border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { color: var(--faint); font-weight: 600; }
        td code { overflow-wrap: normal; white-space: nowrap; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .good { color: var(--good); } .bad { color: var(--bad); }
        .warn { background: var(--warn); padding: .1rem 1rem .6rem; border-radius: 6px; }
        .plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
        .plot svg { width: 100%; height: auto; }
        .strip { max-width: 36rem; }
        figure { margin: 0; }
        figure.plot { display: flex; flex-wrap: wrap; gap: .5rem 1rem; padding: .5rem .75rem; }
        figure.plot > figcaption { flex-basis: 100%; font-weight: 600; }
        figure.plot > figure { flex: 1 1 12rem; min-width: 0; font-size: .875rem; }
        summary { cursor: pointer; color: var(--faint); padding: .4rem 0; }
        @media (max-width: 40rem) {
          table { font-size: .8125rem; } th, td { padding: .3rem .35rem; } th:first-child, td:first-child { padding-left: 0; } }

        """
}
