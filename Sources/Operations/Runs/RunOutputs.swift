import ModelCore
import Runs
import Store
import SystemIO
import SystemPackage

/// What a run is said to make: paths and patterns, as `-o` takes them from where the user stands.
struct RunOutputs {
    let arguments: [String]
    let workspace: Workspace

    init(_ arguments: [String], in workspace: Workspace) {
        self.arguments = arguments
        self.workspace = workspace
    }

    /// Throws for what can be no artifact, whatever the run makes: nobody is to learn that once it has run.
    func requirePossible() throws {
        for argument in arguments {
            guard !argument.isEmpty else {
                throw Failure(.usage, "the name of an output is empty", hints: ["name what the run makes: `-o PATH`"])
            }
            do {
                let path = try path(argument)
                if let reason = ArtifactName.refusal(of: path) { throw PathArgumentError(argument, reason) }
            } catch {
                let problem = (error as? PathArgumentError)?.problem ?? "\(error)"
                throw Failure(
                    .failed,
                    "\(QuotedPath.encode(argument)) can be no output of a run: \(problem)",
                    hints: ["name a file or a directory of the repository: `-o PATH`"]
                )
            }
        }
    }

    /// Throws where one of them is not there.
    func requireThere() throws {
        try requirePossible()
        for argument in arguments where try paths(of: argument).isEmpty {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(argument)): no such file or directory",
                hints: ["the run goes on: end it with what is there, or without `-o`"]
            )
        }
    }

    /// The paths of the outputs that are there.
    var present: [RepositoryPath] {
        var present: [RepositoryPath] = []
        // What is no path of the repository is said elsewhere.
        for argument in arguments { present += ((try? paths(of: argument)) ?? []).filter { !present.contains($0) } }
        return present
    }

    /// Returns the outputs that are there by their bytes, but for those at some paths.
    func found(except known: [String] = []) async throws -> [RunOutput] {
        var cache = workspace.openStatCache()
        let hash = ArtifactHash(pool: workspace.pool, cancellation: workspace.context.cancellation)
        var found: [RunOutput] = []
        for path in present where !known.contains(path.text) {
            let included = try await workspace.includedFiles(of: path)
            let place = try workspace.location(of: path)
            guard let files = (try? ArtifactFiles(at: place, isIncluded: included)) ?? nil else { continue }
            let pointer = try await hash.pointer(of: files, cache: &cache)
            found.append(RunOutput(path: path.text, oid: pointer.oid.description, size: pointer.size))
        }
        cache.save()
        return found
    }

    private func path(_ argument: String) throws -> RepositoryPath {
        let given = try workspace.path(argument)
        return given.removingPointerSuffix ?? given
    }

    /// Returns the paths of what is there that an argument means.
    private func paths(of argument: String) throws -> [RepositoryPath] {
        let path = try path(argument)
        guard try FileStatus.of(workspace.location(of: path)) == nil else { return [path] }
        return try Glob(path.text).matches(under: workspace.root)
    }
}
