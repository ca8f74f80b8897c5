package import Git
package import ModelCore
import SystemIO
import SystemPackage

/// The models that a commit, or the work tree, describes.
package struct ModelIndex: Sendable {
    /// A description that is none.
    package struct Damage: Sendable, Hashable {
        /// The file's path from the top of the repository.
        package let path: String
        /// What is wrong, as a clause.
        package let problem: String
        /// Whether it has the marks of a merge conflict.
        package let isUnmerged: Bool
        /// Whether its name is no model's, whatever it holds.
        package let isMisnamed: Bool
    }

    /// The models, sorted by name.
    package let models: [ModelDescription]
    /// The files below `.mver/models` that describe no model, sorted by path.
    package let damaged: [Damage]

    private init(_ files: [(path: String, bytes: Result<[UInt8], any Error>)]) {
        var models: [ModelDescription] = []
        var damaged: [Damage] = []
        for file in files where ModelDescription.isDescription(file.path) {
            do {
                let text = file.path.dropFirst(ModelDescription.directory.count + 1)
                let name = try ModelName(text.dropLast(ModelDescription.fileSuffix.count))
                models.append(try ModelDescription(name, parsing: try file.bytes.get()))
            } catch {
                let isUnmerged = (try? file.bytes.get()).flatMap(ConflictedText.init) != nil
                damaged.append(
                    Damage(
                        path: file.path,
                        problem: "\(error)",
                        isUnmerged: isUnmerged,
                        isMisnamed: error is RegistryNameError
                    )
                )
            }
        }
        self.models = models.sorted { $0.name < $1.name }
        self.damaged = damaged.sorted { $0.path < $1.path }
    }

    /// Reads the descriptions of a commit.
    package static func at(_ commit: GitObjectID, in repository: GitRepository) async throws(GitError) -> ModelIndex {
        let directory = GitPath(ModelDescription.directory)
        let entries = try await repository.objects.entries(in: commit, matching: .inside(directory))
        var files: [(path: String, bytes: Result<[UInt8], any Error>)] = []
        for entry in entries where entry.mode.isFile {
            do {
                let bytes = try await repository.objects.blob(entry.id, limit: Int64(ModelDescription.byteLimit))
                files.append((entry.path.description, .success(bytes)))
            } catch {
                guard case .objectTooLarge = error.kind else { throw error }
                files.append((entry.path.description, .failure(error)))
            }
        }
        return ModelIndex(files)
    }

    /// Reads the descriptions in the work tree, tracked or not; there are none in a bare repository.
    package static func workTree(of repository: GitRepository) throws -> ModelIndex {
        guard let root = repository.layout.workTree else { return ModelIndex([]) }
        let directory = try SafeRelativePath.resolve(root: root, components: [".mver", "models"])
        guard try FileStatus.of(directory) != nil else { return ModelIndex([]) }
        let files = try DirectoryWalk.entries(under: directory).filter { $0.status.kind == .regular }
        return ModelIndex(
            files.map { file in
                let bytes = Result {
                    try DurableFile.read(directory.appending(file.path), limit: ModelDescription.byteLimit)
                }
                return (ModelDescription.directory + "/" + file.path, bytes)
            }
        )
    }

    /// Returns the model of that name; `nil` when there is none.
    package func model(_ name: ModelName) -> ModelDescription? { models.first { $0.name == name } }

    /// The model that is meant where none is named: the only one.
    package var only: ModelDescription? { models.count == 1 ? models[0] : nil }

    /// Returns the models that an artifact is listed in: none, one, or several where people merged carelessly.
    package func owners(of artifact: RepositoryPath) -> [ModelName] {
        models.filter { $0.artifacts.contains(artifact) }.map(\.name)
    }
}
