import ModelCore

/// Something that reads bytes which anybody may have made, and what has to hold of it whatever they are.
///
/// Not a test itself: the tests mutate the seeds, and `scripts/fuzz` lets libFuzzer do it.
package struct FuzzTarget: Sendable {
    /// What it is called.
    package let name: String
    /// Bytes to begin with: some that are right, and attacks.
    package let seeds: [[UInt8]]
    /// Throws where something does not hold; a crash, a long time or much memory are failures too.
    package let check: @Sendable ([UInt8]) throws -> Void

    /// What does not hold.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Every parser and decoder.
    package static let all: [FuzzTarget] =
        tensorFiles + encodings + frames + storeFiles + documents + migration + runs + plots + monitoring
}

extension FuzzTarget: CustomStringConvertible {
    package var description: String { name }
}

/// Throws unless a condition holds.
func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw FuzzTarget.Failure(what()) }
}
