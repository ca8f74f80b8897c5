/// Why a text means no run.
package enum RunLookupError: Error, Sendable, Equatable {
    case unknown(String)
    /// Several runs are meant; they are listed by id.
    case ambiguous(String, [RunID])
}
