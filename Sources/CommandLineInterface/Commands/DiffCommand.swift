import ArgumentParser
import Operations

/// `git model diff`.
struct DiffCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what differs between two versions, down to single tensors",
        discussion: """
            Without versions, the work tree is compared with HEAD; with one, with that. How far tensors are apart was \
            measured when the later version was added, and is shown as its author's word: no weights are needed. With --recompute \
            the bytes of both are read; exit code 4 where somebody wrote down something else.
            """
    )

    /// How many tensors of an artifact are listed where not all are asked for.
    private static let tensorLimit = 20

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The earlier version, and the later one", completion: .words(.versions))
    var versions: [String] = []

    @OptionGroup var limit: PathOptions

    @Flag(help: "List every tensor that differs, not only the first \(tensorLimit) of an artifact")
    var all = false

    @Flag(name: .customLong("no-fetch"), help: "Get nothing from a remote")
    var skipsFetching = false

    @Flag(help: "Compare names of frames only: which tensors differ, not how far")
    var stat = false

    @Flag(help: "Read the bytes of both, and say where what was written down of them is wrong")
    var recompute = false

    @Flag(help: "Exit with 1 where something differs")
    var exitCode = false

    @Flag(help: "Write Markdown, for a comment")
    var md = false

    func validate() throws {
        if stat, recompute { throw ValidationError("--stat reads no bytes, and --recompute nothing else") }
    }

    func perform(in context: Context) async throws -> CompareVersions.Report {
        let operation = CompareVersions(
            versions,
            paths: limit.paths,
            fetches: !skipsFetching,
            readsFrames: stat,
            recomputes: recompute,
            readsFacts: true,
            tellsByExitCode: exitCode
        )
        return try await operation.run(in: context)
    }

    func render(_ report: CompareVersions.Report, to text: inout Text) {
        if md { return text.raw(ArtifactMarkdown.document(of: report)) }
        let (from, to) = (DisplayText.quoted(report.from), DisplayText.quoted(report.to ?? "work tree"))
        text.line(text.painted("\(from) → \(to)", .bold))
        if report.artifacts.isEmpty, report.problems.isEmpty { text.line("No artifact differs") }
        for artifact in report.artifacts { render(artifact, to: &text) }
        if let facts = report.facts { FactText(facts).render(to: &text) }
    }

    private func render(_ artifact: CompareVersions.Report.Artifact, to text: inout Text) {
        text.line()
        let name = artifact.names.map(DisplayText.quoted).joined(separator: " → ")
        text.line("\(artifact.change)  \(text.painted(name, .yellow))  \(DiffCommand.sizes(of: artifact))")
        // With the bytes asked for, it is a problem of the whole.
        if let problem = artifact.problem, !recompute { text.line("  \(DisplayText.sanitized(problem))") }
        for wrong in artifact.contradictions ?? [] {
            let subject = [wrong.file, wrong.name].compactMap { $0 }.map(DisplayText.quoted).joined(separator: ": ")
            let clause = DisplayText.sanitized(wrong.clause)
            text.line(text.painted("  not so: ", .boldRed) + (subject.isEmpty ? clause : "\(subject): \(clause)"))
        }
        guard let tensors = artifact.tensors else { return }
        text.line("  tensors: \(tensors.counts)")
        let layers = LayerChange.grouping(tensors.changes)
        if !all, tensors.changes.count > DiffCommand.tensorLimit, layers.count < tensors.changes.count {
            return render(layers, by: tensors.origin, to: &text)
        }
        var table = Table([.left, .left, .left, .right, .right, .right, .right, .left], indent: 2)
        if tensors.changes.contains(where: { $0.changedShare != nil }) {
            table.row("", "", tensors.origin, "relative L2", "max", "elements", "cosine")
        }
        for tensor in all ? tensors.changes[...] : tensors.changes.prefix(DiffCommand.tensorLimit) {
            table.row(DiffCommand.cells(of: tensor))
        }
        text.table(table)
        let rest = tensors.changes.count - DiffCommand.tensorLimit
        if !all, rest > 0 { text.line("  … \(rest) more: `--all`") }
    }

    /// Prints a line for each layer, the farthest first.
    private func render(_ layers: [LayerChange], by origin: String, to text: inout Text) {
        var table = Table([.left, .left, .right, .right, .right, .right, .left], indent: 2)
        table.row(origin, "", "relative L2", "max", "elements", "cosine")
        let sorted = layers.sorted { ($0.relativeDistance ?? .infinity) > ($1.relativeDistance ?? .infinity) }
        for layer in sorted.prefix(DiffCommand.tensorLimit) {
            let name = [DisplayText.quoted(layer.place), Quantity.count(layer.count, "tensor")]
            table.row(name + LayerFigures(layer).cells + [layer.remark])
        }
        text.table(table)
        let rest = layers.count - DiffCommand.tensorLimit
        text.line("  \(rest > 0 ? "… \(Quantity.count(rest, "layer")) more; " : "")each tensor: `--all`")
    }

    private static func sizes(of artifact: CompareVersions.Report.Artifact) -> String {
        let sides = [artifact.before, artifact.after].compactMap { $0 }
        let isMoved = sides.count == 2 && sides[0].oid == sides[1].oid
        return (isMoved ? [sides[1]] : sides).map { "\(Quantity.bytes($0.size)) \($0.oid.prefix(19))" }
            .joined(separator: " → ")
    }

    private static func cells(of tensor: TensorChangeRow) -> [String] {
        let name = [tensor.file, tensor.name].compactMap { $0 }.map(DisplayText.quoted).joined(separator: ": ")
        let forms = [tensor.before, tensor.after].compactMap { $0 }.map { form in
            "\(form.type) [\(form.shape.map(String.init).joined(separator: ", "))]"
        }
        let form = (forms.first == forms.last ? forms.suffix(1) : forms[...]).joined(separator: " → ")
        let cells = [tensor.change, name, form]
        if let share = tensor.changedShare {
            return cells + [
                Quantity.significant(tensor.relativeDistance ?? .infinity),
                Quantity.significant(tensor.maximumDifference ?? .infinity),
                "\(Quantity.significant(100 * share)) %",
                Quantity.decimals(tensor.cosine ?? 0, 6), tensor.oddities,
            ]
        }
        let remark = tensor.change == "changed" ? tensor.reason ?? "" : tensor.oddities
        return remark.isEmpty ? cells : cells + ["", "", "", "", remark]
    }
}
