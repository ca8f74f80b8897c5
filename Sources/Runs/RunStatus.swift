/// How far a run has come, in the words of MLflow (`RunStatus`), in lower case.
package enum RunStatus: String, Sendable, Codable, CaseIterable {
    /// It was begun, and nobody has said that it ended.
    case running
    /// Its command came to an end with exit code 0.
    case finished
    /// Its command ended with another exit code.
    case failed
    /// A signal ended its command, or whoever recorded it.
    case killed
}
