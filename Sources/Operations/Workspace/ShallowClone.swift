import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// What to do about versions that a shallow clone does not have; empty where history is whole.
    var shallowHints: [String] {
        get throws {
            let status = try FileStatus.of(repository.layout.commonDirectory.appending("shallow"))
            guard status.map({ $0.size > 0 }) == true else { return [] }
            return ["this clone is shallow, and may lack versions and stages: `git fetch --unshallow --tags`"]
        }
    }

    /// Throws where this clone is shallow, and the Git remote has versions of a model that are not here, or cannot be
    /// asked: the number after the highest one here may be an old one.
    func requireAllVersions(of model: ModelName) async throws {
        let hints = try shallowHints
        guard !hints.isEmpty, let name = try await gitRemote() else { return }
        let refusal = "cannot tell which version of \(model) comes next: this clone is shallow, and"
        let remote: StageRemote
        do { remote = try await StageRemote(name, of: model, in: self) } catch {
            try context.cancellation.check()
            throw Failure(nil, "\(refusal) \(name) cannot be asked", hints: hints, cause: error)
        }
        let here = Set(try await repository.objects.references(prefix: TagName.referencePrefix).map(\.name))
        guard let missing = remote.versionTags.first(where: { !here.contains($0.reference) }) else { return }
        throw Failure(.failed, "\(refusal) lacks \(missing), which \(name) has", hints: hints)
    }
}

extension Context {
    /// Runs a verb; where that does not find a version, and the clone is shallow, the error says so, too.
    package func explainingShallowness<Answer>(_ verb: () async throws -> Answer) async throws -> Answer {
        do { return try await verb() } catch let error as ResolutionError {
            switch error {
            case .unknown, .unknownVersion, .unknownModel: break
            case .malformed, .ambiguous, .git: throw error
            }
            let hints = (try? await Workspace.discover(in: self, bare: true).shallowHints) ?? []
            guard !hints.isEmpty else { throw error }
            throw HintedError(error, hints: hints)
        }
    }
}
