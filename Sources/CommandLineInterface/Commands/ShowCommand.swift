import ArgumentParser
import Operations

/// `git model show`.
struct ShowCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version: tag, commit, message, artifacts"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "A version or revision; by default what is checked out", completion: .words(.versions))
    var version: String?

    @OptionGroup var limit: PathOptions

    @Flag(help: "List the tensors of its files: type, shape, statistics, how they are stored")
    var tensors = false

    func perform(in context: Context) async throws -> ShowVersion.Report {
        try await ShowVersion(version, paths: limit.paths, tensors: tensors).run(in: context)
    }

    func render(_ report: ShowVersion.Report, to text: inout Text) {
        text.line(text.painted(report.name, .yellow) + (report.isSigned ? " (signed, not verified here)" : ""))
        var head = Table([.left, .left])
        if let model = report.model { head.row("Model:", model) }
        head.row("Commit:", "\(report.commit.prefix(12)) \(DisplayText.sanitized(report.commitSubject))")
        head.row("By:", DisplayText.sanitized(report.tagger))
        head.row("Date:", report.date)
        text.table(head)
        if !report.message.isEmpty {
            text.line()
            for line in DisplayText.sanitized(report.message).split(separator: "\n", omittingEmptySubsequences: false) {
                text.line(line.isEmpty ? "" : "    \(line)")
            }
        }
        guard !report.artifacts.isEmpty else { return }
        text.line()
        var table = Table([.left, .left, .right, .left, .left])
        for artifact in report.artifacts {
            let notes = [
                artifact.layout, artifact.note, artifact.isPurged ? "purged" : artifact.isHere ? nil : "not here",
            ].compactMap { $0 }
            table.row(
                DisplayText.quoted(artifact.path),
                artifact.kind,
                Quantity.bytes(artifact.size),
                String(artifact.oid.prefix(19)),
                DisplayText.sanitized(notes.joined(separator: ", "))
            )
        }
        text.table(table)
        for artifact in report.artifacts {
            for file in artifact.files ?? [] {
                let remark = DisplayText.sanitized("\(file.layout), \(file.note)")
                text.line("\(DisplayText.quoted("\(artifact.path)/\(file.path)")): \(remark)")
            }
        }
        for artifact in report.artifacts {
            let tensors = artifact.tensors ?? []
            var start = tensors.startIndex
            while start < tensors.endIndex {
                let file = tensors[start].file
                let end = tensors[start...].firstIndex { $0.file != file } ?? tensors.endIndex
                render(tensors[start..<end], of: file.map { "\(artifact.path)/\($0)" } ?? artifact.path, to: &text)
                start = end
            }
        }
    }

    private func render(_ tensors: ArraySlice<TensorRow>, of path: String, to text: inout Text) {
        text.line()
        text.line(text.painted(DisplayText.quoted(path), .yellow))
        var table = Table([.left, .left, .left, .right, .right, .left, .left], indent: 2)
        for tensor in tensors {
            table.row(
                DisplayText.sanitized(tensor.name),
                tensor.type,
                "[" + tensor.shape.map(String.init).joined(separator: ", ") + "]",
                Quantity.bytes(tensor.size),
                Quantity.bytes(tensor.stored),
                ShowCommand.storage(of: tensor),
                tensor.statistics.map(ShowCommand.text) ?? ""
            )
        }
        text.table(table)
    }

    /// Says how a tensor is stored, and names the first frame that it decodes against.
    private static func storage(of tensor: TensorRow) -> String {
        guard tensor.depth > 0, let bases = tensor.bases, let base = bases.first else { return tensor.codec }
        let more = bases.count > 1 ? " and \(bases.count - 1) more" : ""
        return "\(tensor.codec), depth \(tensor.depth), base \(base.dropFirst("sha256:".count).prefix(12))\(more)"
    }

    private static func text(of statistics: TensorRow.Statistics) -> String {
        func short(_ number: Double?) -> String { Quantity.significant(number ?? .infinity) }
        var parts = ["mean \(short(statistics.mean))", "sd \(short(statistics.standardDeviation))"]
        parts.append("\(short(statistics.minimum)) … \(short(statistics.maximum))")
        if statistics.zeros > 0 { parts.append("\(statistics.zeros) zeros") }
        if statistics.notNumbers > 0 { parts.append("\(statistics.notNumbers) NaN") }
        if statistics.infinities > 0 { parts.append("\(statistics.infinities) infinite") }
        return parts.joined(separator: ", ")
    }
}
