package import ModelCore

/// What a reader and a writer of a store have to understand: the content of its `format` file.
package struct StoreFormat: Hashable, Sendable {
    /// Flags that a reader must know.
    package var requirements: [String] = []
    /// Flags that a writer must know.
    package var writeRequirements: [String] = []

    private static let firstLine = "git-model-store 1"
    private static let chunkerLine = "chunker fastcdc-1"

    /// The format that this version writes.
    package init() {}

    /// Parses the content of a `format` file; a store of a later format throws `newer`.
    package init(parsing text: String) throws(FormatError) {
        guard text.hasSuffix("\n") else { throw FormatError("store format", .truncated) }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("git-model-store ") else {
            throw FormatError("store format", .malformed("it is not a git-model store"))
        }
        guard first == StoreFormat.firstLine else { throw FormatError("store format", .newer(String(first))) }
        guard lines.count > 1, lines[1].hasPrefix("chunker ") else { throw FormatError("store format", .truncated) }
        // An unknown chunker only costs deduplication with what this version would cut, never correctness.
        for line in lines.dropFirst(2) {
            if let flag = line.value(after: "requires: ") {
                requirements.append(flag)
            } else if let flag = line.value(after: "requires-write: ") {
                writeRequirements.append(flag)
            } else {
                throw FormatError("store format", .newer(String(line)))
            }
        }
    }

    /// The content of the `format` file.
    package var text: String {
        let lines =
            [StoreFormat.firstLine, StoreFormat.chunkerLine] + requirements.map { "requires: " + $0 }
            + writeRequirements.map { "requires-write: " + $0 }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The flags that keep this version from reading the store; none is known yet.
    package var unknownForReading: [String] { requirements }

    /// The flags that keep this version from writing to the store or deleting from it.
    package var unknownForWriting: [String] { requirements + writeRequirements }
}

extension Substring {
    fileprivate func value(after prefix: String) -> String? {
        hasPrefix(prefix) && count > prefix.count ? String(dropFirst(prefix.count)) : nil
    }
}
