import Migration
import ModelCore
import Transport

/// Where an MLflow server keeps some files.
enum MLflowArtifactRoot {
    /// How many files, and directories in each other, a server may make us go through.
    private static let (fileLimit, depthLimit) = (100_000, 32)

    /// Behind itself, at a path below its root.
    case proxied(String)
    /// Where only it reaches them: among a run's, at a path there.
    case run(String, path: String)

    /// Lists the files of a directory and all in it; throws for a path that leads elsewhere.
    func files(at server: MLflowServer) async throws -> [MLflowFiles.Remote] {
        var found: [MLflowFiles.Remote] = []
        var open: [(path: String, depth: Int)] = [("", 0)]
        while let directory = open.popLast() {
            for entry in try await list(directory.path, at: server) {
                let path = try RepositoryPath(entry.path).text
                guard found.count < MLflowArtifactRoot.fileLimit, directory.depth < MLflowArtifactRoot.depthLimit else {
                    throw MLflowAbsence("it has more files than a model has")
                }
                if let size = entry.size {
                    found.append(MLflowFiles.Remote(path: path, address: address(of: path), size: size))
                } else {
                    open.append((path, directory.depth + 1))
                }
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// What is in a directory: paths from the root, the sizes of files.
    private func list(_ directory: String, at server: MLflowServer) async throws -> [(path: String, size: Int64?)] {
        let answer: MLflowFields
        let prefix: String
        switch self {
        case .proxied:
            answer = MLflowFields(
                try await server.get(at: MLflowServer.artifactAddress(place(of: directory), listing: true))
            )
            // Such lists have names.
            prefix = directory.isEmpty ? "" : directory + "/"
        case .run(let run, _):
            answer = MLflowFields(
                try await server.get("artifacts/list", [("run_id", run), ("path", place(of: directory))])
            )
            prefix = ""
        }
        return try answer.list("files").map { file in
            guard let text = file.text("path") else { throw MLflowAbsence("the server names no path of a file") }
            let isDirectory = file.isTrue("is_dir")
            return (try prefix + relative(text), isDirectory ? nil : max(0, file.integer("file_size") ?? 0))
        }
    }

    /// Returns a path as seen from the root, of one that a list has.
    private func relative(_ text: String) throws -> String {
        guard case .run(_, let root) = self, !root.isEmpty else { return text }
        guard text.hasPrefix(root + "/") else {
            throw MLflowAbsence("the server lists \(QuotedPath.encode(text)) in \(QuotedPath.encode(root))")
        }
        return String(text.dropFirst(root.count + 1))
    }

    /// Returns the path at the server of one that is seen from the root.
    private func place(of path: String) -> String {
        let root =
            switch self {
            case .proxied(let root): root
            case .run(_, let root): root
            }
        return [root, path].filter { !$0.isEmpty }.joined(separator: "/")
    }

    private func address(of path: String) -> String {
        switch self {
        case .proxied: MLflowServer.artifactAddress(place(of: path))
        case .run(let run, _):
            "/get-artifact?run_uuid=\(PercentEncoding.encoded(run))&path=\(PercentEncoding.encoded(place(of: path)))"
        }
    }
}
