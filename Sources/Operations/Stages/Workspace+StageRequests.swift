import Git
import ModelCore
import Registry

extension Workspace {
    /// Returns what the reviewed file of a commit asks for; a missing one asks for nothing.
    func stageRequests(at commit: GitObjectID) async throws -> StageRequests {
        do { return try await StageRequests.at(commit, in: repository) } catch let error as FormatError {
            throw Failure(unreadable: "\(StageRequests.path) of \(commit.abbreviated)", error)
        }
    }
}

extension Failure {
    /// A file of what stages are asked to have that is none.
    init(unreadable place: String, _ error: FormatError) {
        self.init(
            .verification,
            "\(place) cannot be read: \(error)",
            hints: ["mend it and commit that: it is `{\"MODEL\": {\"STAGE\": \"v1.0.0\"}}`"]
        )
    }
}
