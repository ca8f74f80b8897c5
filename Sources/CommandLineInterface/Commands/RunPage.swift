import Runs

/// A run as `runs show` prints it.
struct RunPage {
    private let run: RunRecord
    private let directory: String
    private let kept: String?

    init(_ run: RunRecord, directory: String, kept: String?) {
        self.run = run
        self.directory = directory
        self.kept = kept
    }

    func render(to text: inout Text) {
        text.line("run \(run.id)" + (run.name.map { "  \(DisplayText.sanitized($0))" } ?? ""))
        var table = Table([.left, .left], indent: 2)
        for (name, value) in facts where !value.isEmpty { table.row(name, DisplayText.sanitized(value)) }
        text.table(table)
        section("metrics", to: &text, isEmpty: run.metrics.isEmpty) { RunText.table(of: run.metrics, to: &$0) }
        let parameters = run.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
        pairs("parameters", parameters, to: &text)
        let environment = run.environment
        pairs("variables", sorted(environment?.variables), to: &text)
        pairs("lock files", sorted(environment?.locks), to: &text)
        pairs("data", run.data.map { ($0.source, $0.digest ?? "not checked") }, to: &text)
        let outputs = run.outputs.map { ($0.path, "\($0.oid)  \(Quantity.bytes($0.size))") }
        pairs("outputs", outputs + (run.unadded ?? []).map { ($0, "not added") }, to: &text)
        pairs("plots", (run.plots ?? []).map { ($0.path, Quantity.bytes($0.size)) }, to: &text)
        pairs("references", (run.references ?? []).map { ($0.uri, $0.digest ?? "not checked") }, to: &text)
        section("notes", to: &text, isEmpty: run.notes.isEmpty) { text in
            for note in run.notes {
                for line in note.split(whereSeparator: \.isNewline) {
                    text.line("  \(DisplayText.sanitized(String(line)))")
                }
            }
        }
    }

    private var facts: [(String, String)] {
        let environment = run.environment
        let time = run.milliseconds.map { " in \(Quantity.duration(milliseconds: $0))" } ?? ""
        let code = [run.code.commit.map { String($0.prefix(12)) }, run.code.branch, run.code.isDirty ? "changed" : nil]
        let python = environment?.python.map { "\($0.implementation) \($0.version), \($0.executable)" }
        return [
            ("status", RunText.end(of: run) + time),
            ("began", run.started.text),
            ("command", run.command.joined(separator: " ")),
            ("where", run.directory),
            ("code", code.compactMap { $0 }.joined(separator: ", ")),
            ("from", run.code.remote ?? ""),
            ("by", [run.origin.user, run.origin.host].compactMap { $0 }.joined(separator: " on ")),
            ("system", [environment?.system, environment?.architecture].compactMap { $0 }.joined(separator: ", ")),
            ("python", python ?? ""),
            ("packages", environment.map { $0.packages == nil ? "" : $0.kind.rawValue } ?? ""),
            ("image", environment?.image ?? ""),
            ("gpu", environment?.accelerators.joined(separator: ", ") ?? ""),
            ("took", run.resources.map(resources) ?? ""),
            ("record", directory),
            ("kept", kept ?? ""),
            ("again", run.reproduces?.text ?? ""),
            ("inside", run.parent?.text ?? ""),
        ]
    }

    private func resources(_ resources: RunResources) -> String {
        let time = Quantity.duration(seconds: resources.userSeconds + resources.systemSeconds)
        let bound = resources.isMemoryBound == true ? "at most " : ""
        return "\(time) of processors, \(bound)\(Quantity.bytes(resources.peakMemory)) of memory"
    }

    private func sorted(_ values: [String: String]?) -> [(String, String)] {
        (values ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func pairs(_ title: String, _ pairs: [(String, String)], to text: inout Text) {
        section(title, to: &text, isEmpty: pairs.isEmpty) { text in
            var table = Table([.left, .left], indent: 2)
            for (name, value) in pairs { table.row(DisplayText.sanitized(name), DisplayText.sanitized(value)) }
            text.table(table)
        }
    }

    private func section(_ title: String, to text: inout Text, isEmpty: Bool, _ body: (inout Text) -> Void) {
        guard !isEmpty else { return }
        text.line(title)
        body(&text)
    }
}
