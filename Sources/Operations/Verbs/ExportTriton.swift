import Deployment
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model export triton`: an ONNX model as a repository of Triton Inference Server.
package struct ExportTriton: Sendable {
    private let request: ExportRequest

    /// Creates the operation; the patterns of the request tell which of several ONNX models is meant.
    package init(_ request: ExportRequest) { self.request = request }

    /// Writes the repository.
    package func run(in context: Context) async throws -> ExportReport {
        let workspace = try await Workspace.open(in: context, bare: true)
        let (place, exported) = try await request.begin(in: workspace)
        let graph = try graph(of: exported)
        let scratch = try place.scratch()
        let files = try await exported.write(below: scratch.path)
        let name = String(exported.release.model.text.map { $0 == "/" ? "_" : $0 })
        let signature = try await signature(of: exported, graph, in: files, workspace)
        let text = try TritonConfiguration(name: name, signature: signature).text()
        var report = ExportReport(exported, as: "triton", to: request.destination)
        let moved = siblings(of: graph, in: exported)
        report.files = moved.count + 1
        report.size = moved.reduce(Int64(text.utf8.count)) { $0.addingSaturating($1.size) }
        report.hints = ["serve it: `tritonserver --model-repository \(ShellWord.quoted(request.destination))`"]
        try await place.directory { made in
            let model = made.appending(name)
            try Directories.create(model.appending("1"), durable: false)
            try DurableFile.write(Array(text.utf8), to: model.appending("config.pbtxt"))
            for file in moved {
                let target = file.path == graph.path ? "model.onnx" : below(graph.path.parent, file.path)
                try exported.move(file, from: files, to: RepositoryPath(target), below: model.appending("1"))
            }
        }
        return report
    }

    private func graph(of exported: ExportedRelease) throws -> TreeEntry {
        let graphs = exported.prepared.source.stored.filter { $0.path.text.lowercased().hasSuffix(".onnx") }
        let tag = exported.release.tag
        guard let first = graphs.first else {
            throw Failure(
                .failed,
                "\(tag) has no ONNX model, and nothing else can be exported for Triton",
                hints: ["convert it, add the result, and tag a new version"]
            )
        }
        guard graphs.count == 1 else {
            let names = graphs.map(\.path.text).joined(separator: ", ")
            throw Failure(
                .usage,
                "\(tag) has several ONNX models: \(names)",
                hints: ["choose one: `--only \(ShellWord.quoted(first.path.text))`"]
            )
        }
        return first
    }

    /// The model, and what lies beside it, for its weights may be in files of their own.
    private func siblings(of graph: TreeEntry, in exported: ExportedRelease) -> [TreeEntry] {
        exported.prepared.source.stored.filter { file in
            file.path == graph.path || graph.path.parent.map { file.path.isInside($0) } ?? !file.path.text.contains("/")
        }
    }

    private func below(_ directory: RepositoryPath?, _ path: RepositoryPath) -> String {
        directory.flatMap { path.relative(to: $0)?.text } ?? path.text
    }

    private func signature(
        of exported: ExportedRelease,
        _ graph: TreeEntry,
        in files: FilePath,
        _ workspace: Workspace
    ) async throws -> ModelSignature {
        let models = try await ModelIndex.at(exported.prepared.version.commit, in: workspace.repository)
        if let known = models.model(exported.release.model)?.signature { return known }
        let file = SignatureFile(files.appending(graph.path.text).string, in: workspace.context)
        return try await workspace.pool.run { try file.signature() }
    }
}
