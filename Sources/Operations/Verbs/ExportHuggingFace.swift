import Deployment
import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model export huggingface`: a version as a repository of the Hugging Face Hub has it, with its card.
package struct ExportHuggingFace: Sendable {
    private static let card = "README.md"

    private let request: ExportRequest

    /// Creates the operation.
    package init(_ request: ExportRequest) { self.request = request }

    /// Writes the files of the version's artifacts at the top, the licence, and the card.
    package func run(in context: Context) async throws -> ExportReport {
        let workspace = try await Workspace.open(in: context, bare: true)
        let (place, exported) = try await request.begin(in: workspace)
        let scratch = try place.scratch()
        let files = try await exported.write(below: scratch.path)
        let moved = ExportHuggingFace.places(of: exported)
        var report = ExportReport(exported, as: "huggingface", to: request.destination)
        let own = moved.first { $0.place == ExportHuggingFace.card }.map { files.appending($0.file.path.text) }
        let card = try await card(of: exported, own, in: workspace)
        report.warnings += card.warnings
        report.files = moved.filter { $0.place != ExportHuggingFace.card }.count + 1
        report.size = moved.reduce(0) { $0.addingSaturating($1.file.size) }
        report.hints = ["send it: `hf upload ORGANISATION/NAME \(ShellWord.quoted(request.destination))`"]
        try await place.directory { made in
            for (file, place) in moved {
                try exported.move(file, from: files, to: RepositoryPath(place), below: made)
            }
            try DurableFile.write(card.bytes, to: made.appending(ExportHuggingFace.card))
        }
        return report
    }

    /// Where files go: those of a directory without its name, others by their names, all with their paths where two
    /// would meet.
    private static func places(of exported: ExportedRelease) -> [(file: TreeEntry, place: String)] {
        let source = exported.prepared.source
        let trees = source.artifacts.filter { $0.pointer.kind == .tree }.map(\.path)
        func short(_ file: TreeEntry) -> String {
            trees.lazy.compactMap { file.path.relative(to: $0)?.text }.first ?? file.path.name
        }
        var places = source.stored.map { (file: $0, place: short($0)) }
        if (try? TreeListing(places.map(ExportHuggingFace.moved))) == nil {
            places = source.stored.map { ($0, $0.path.text) }
        }
        let taken = Set(places.map(\.place))
        let names = ["license", "license.md", "license.txt", "notice", "copying"]
        let legal = source.committed.map(\.entry).filter { file in
            names.contains(file.path.text.lowercased()) && file.mode != .link && !taken.contains(file.path.text)
        }
        return places + legal.map { ($0, $0.path.text) }
    }

    private static func moved(_ item: (file: TreeEntry, place: String)) throws -> TreeEntry {
        TreeEntry(
            mode: item.file.mode,
            size: item.file.size,
            digest: item.file.digest,
            path: try RepositoryPath(item.place)
        )
    }

    /// Returns the card of the version's commit, or one of the artifacts, in line with the description and the metrics.
    private func card(
        of exported: ExportedRelease,
        _ own: FilePath?,
        in workspace: Workspace
    ) async throws -> (bytes: [UInt8], warnings: [String]) {
        let version = exported.prepared.version
        let models = try await ModelIndex.at(version.commit, in: workspace.repository)
        let description = models.model(version.model) ?? ModelDescription(version.model)
        var bytes: [UInt8]?
        if let path = try workspace.cardPath(of: description),
            let entry = try await workspace.repository.objects.entry(at: GitPath(path.text), in: version.commit),
            entry.mode.isFile
        {
            bytes = try await workspace.repository.objects.blob(entry.id, limit: Int64(ModelCard.byteLimit))
        } else if let own, try FileStatus.of(own)?.kind == .regular {
            bytes = try DurableFile.read(own, limit: ModelCard.byteLimit)
        }
        let directions = MetricDirections(workspace.configuration)
        let own = try await workspace.pointers(of: ResolvedVersion(version)).entries
        let evidence = try await workspace.evidence(at: version.commit, of: own, for: version.model)
        let metrics = evidence.metrics.filter { directions.direction(of: $0.key) != nil }
        do throws(FormatError) {
            var card = try ModelCard(parsing: bytes ?? ExportHuggingFace.text(of: exported.release))
            let warnings = try card.update(with: description, metrics: metrics)
            return (card.encoded, warnings)
        } catch { throw Failure(.failed, "cannot make the card of \(version.tag)", cause: error) }
    }

    /// The card of a version that has none.
    private static func text(of release: Release) -> [UInt8] {
        let lines = [
            "---", "tags:", "- git-model", "---", "", "# \(release.model)", "",
            "Version \(release.version), of commit \(release.commit).", "",
        ]
        return Array(lines.joined(separator: "\n").utf8)
    }
}
