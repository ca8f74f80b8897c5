/// Compares printed lines with expected ones that hold placeholders.
package enum TranscriptPattern {
    /// Whether the lines are what is expected; a line `...` stands for any number of lines.
    package static func matches(_ lines: [String], _ expected: [String]) -> Bool {
        matches(lines[...], expected[...])
    }

    private static func matches(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
        guard let pattern = expected.first else { return lines.isEmpty }
        if pattern == "..." {
            return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], expected.dropFirst()) }
        }
        guard let line = lines.first, matches(line: line[...], pattern[...]) else { return false }
        return matches(lines.dropFirst(), expected.dropFirst())
    }

    private static func matches(line: Substring, _ pattern: Substring) -> Bool {
        if pattern.isEmpty { return line.isEmpty }
        for (placeholder, length) in placeholders where pattern.hasPrefix(placeholder) {
            let rest = pattern.dropFirst(placeholder.count)
            return length(line).reversed().contains { matches(line: line.dropFirst($0), rest) }
        }
        guard let first = line.first, first == pattern.first else { return false }
        return matches(line: line.dropFirst(), pattern.dropFirst())
    }

    /// For each placeholder, the numbers of characters that it may stand for at the start of a line.
    private static let placeholders: [(String, @Sendable (Substring) -> [Int])] = [
        (
            "<oid>",
            { line in
                Array(7...64).filter { [7, 8, 12, 32, 40, 64].contains($0) && isHexadecimal(line.prefix($0), $0) }
            }
        ),
        ("<size>", { lengths(of: /[0-9.]+ [kMGT]?B/, in: $0) }),
        ("<time>", { lengths(of: /[0-9.]+ (s|min [0-9]{2} s)/, in: $0) }),
        ("<date>", { lengths(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/, in: $0) }),
        ("...", { Array(0...$0.count) }),
    ]

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.count == count && text.allSatisfy { ("0"..."9").contains($0) || ("a"..."f").contains($0) }
    }

    private static func lengths<Output>(of pattern: Regex<Output>, in line: Substring) -> [Int] {
        (try? pattern.prefixMatch(in: line)).flatMap { $0 }.map { [line[$0.range].count] } ?? []
    }
}
