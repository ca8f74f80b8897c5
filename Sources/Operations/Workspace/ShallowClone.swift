import Git
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
