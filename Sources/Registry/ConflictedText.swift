/// A text file with the marks of a merge conflict (git-merge(1), "How conflicts are presented").
package struct ConflictedText: Sendable {
    /// The file as our side has it: what was merged, and our part of each conflict.
    package let ours: [UInt8]

    /// Reads a file; `nil` where it has no marks.
    package init?(_ bytes: [UInt8]) {
        var ours: [ArraySlice<UInt8>] = []
        var isOurs = true
        var hasMarks = false
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if ConflictedText.isMark(line, "<") {
                hasMarks = true
            } else if hasMarks, ConflictedText.isMark(line, "|") || ConflictedText.isMark(line, "=") {
                isOurs = false
            } else if hasMarks, ConflictedText.isMark(line, ">") {
                isOurs = true
            } else if isOurs {
                ours.append(line)
            }
        }
        guard hasMarks else { return nil }
        self.ours = Array(ours.joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func isMark(_ line: ArraySlice<UInt8>, _ sign: String) -> Bool {
        line.starts(with: String(repeating: sign, count: 7).utf8)
            && [nil, UInt8(ascii: " "), UInt8(ascii: "\r")].contains(line.dropFirst(7).first)
    }
}
