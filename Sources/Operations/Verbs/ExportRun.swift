import ModelCore
package import Runs
import SystemIO
import SystemPackage

/// `git model runs export`: a run as files that other programs read.
package struct ExportRun: Sendable {
    /// What was written.
    package struct Report: Operations.Report {
        /// The run.
        package let run: RunID
        /// The directory.
        package let directory: String
        /// The files in it.
        package fileprivate(set) var files: [String] = []
        package fileprivate(set) var hints: [String] = []
    }

    private let text: String
    private let place: String

    /// Creates the operation on a run: an id, its first digits, a name, or `latest`; the directory is made, or is there
    /// and empty.
    package init(_ text: String, to place: String) {
        self.text = text
        self.place = place
    }

    /// Writes the record, the points of its metrics as lines of JSON and as a table, and the files that belong to it.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        guard let run = try await workspace.findRuns([text]).first else { throw RunLookupError.unknown(text) }
        let directory = context.workingDirectory.pushing(FilePath(place)).lexicallyNormalized()
        try requireEmpty(directory)
        let joined = try workspace.openStore()
        let source = RunFiles(workspace: workspace, store: joined.store)
        var files = [("run.json", try run.encoded())]
        for attachment in RunAttachment.allCases {
            guard let bytes = try await source.bytes(of: attachment, of: run) else { continue }
            files.append((attachment.keptName, bytes))
            if attachment == .series { files.append(("metrics.csv", MetricTable.csv(of: MetricLines.log(of: bytes)))) }
        }
        for plot in run.plots ?? [] {
            let bytes = try await source.bytes(of: plot, of: run)
            files.append((plot.path, bytes))
        }
        var report = Report(run: run.id, directory: directory.string, hints: workspace.hints(onUnclosed: run))
        for (name, bytes) in files {
            let path = try SafeRelativePath.resolve(root: directory, components: RepositoryPath(name).components)
            try Directories.create(path.removingLastComponent())
            try DurableFile.write(bytes, to: path)
            report.files.append(name)
        }
        return report
    }

    private func requireEmpty(_ directory: FilePath) throws {
        guard try FileStatus.of(directory, followingLinks: true) != nil else { return }
        guard try DirectoryEntry.all(in: directory).isEmpty else {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(place)) is not empty",
                hints: ["name a directory that is not there yet"]
            )
        }
    }
}
