import ModelCore

/// The name of a run: 32 lowercase hexadecimal digits, as MLflow's run ids are, so that a run keeps its name there.
package struct RunID: Hashable, Sendable {
    /// How many bytes are drawn for one.
    package static let byteCount = 16
    /// The fewest digits that stand for a run where they are enough to tell it.
    package static let shortestPrefix = 4

    /// The digits.
    package let text: String

    /// Creates the id of so many random bytes; `nil` for another count.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == RunID.byteCount else { return nil }
        text = Hexadecimal.string(bytes)
    }

    /// Reads an id; `nil` for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 2 * RunID.byteCount, RunID.isPrefix(text) else { return nil }
        self.text = String(text)
    }

    /// Whether ids may begin so.
    package static func isPrefix(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 2 * RunID.byteCount
            && text.utf8.allSatisfy { Hexadecimal.value(ofLowercaseDigit: $0) != nil }
    }

    /// The first digits, for people.
    package var abbreviated: String { String(text.prefix(8)) }
}

extension RunID: Comparable {
    package static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}

extension RunID: CustomStringConvertible {
    /// The digits.
    package var description: String { text }
}

extension RunID: TextCodable {
    package static var noun: String { "run id" }
}
