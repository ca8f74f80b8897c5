import ModelCore

/// A `.gitignore` in which artifacts have lines of their own.
struct IgnoreFile {
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The lines without their line feeds.
    private var lines: [[UInt8]]
    /// What stands before the line feed of a new line: a carriage return where the first line has one.
    private let ending: [UInt8]

    /// Parses the content of an ignore file.
    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        ending = lines.count > 1 && lines[0].last == IgnoreFile.carriageReturn ? [IgnoreFile.carriageReturn] : []
        let last = lines.removeLast()
        // The last line may end with the file.
        if !last.isEmpty { lines.append(last.last == IgnoreFile.carriageReturn ? last : last + ending) }
    }

    /// Returns the ignore file of a directory, or of the top of the repository.
    static func path(in directory: RepositoryPath?) -> RepositoryPath {
        guard let name = try? RepositoryPath(".gitignore") else { preconditionFailure(".gitignore is a valid path") }
        return directory?.appending(name) ?? name
    }

    /// The content.
    var bytes: [UInt8] { Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined()) }

    /// Adds a line for each name that has none; `false` where all had one.
    mutating func ignore(_ names: [String]) -> Bool {
        let present = Set(lines.map(IgnoreFile.pattern))
        let fresh = names.map(IgnoreFile.line).filter { !present.contains($0) }
        lines += fresh.map { $0 + ending }
        return !fresh.isEmpty
    }

    /// Removes the line of a name; `false` where there was none.
    mutating func unignore(_ name: String) -> Bool {
        let count = lines.count
        let line = IgnoreFile.line(name)
        lines.removeAll { IgnoreFile.pattern($0) == line }
        return lines.count < count
    }

    /// Returns the pattern of a line, which Git reads without a carriage return at its end.
    private static func pattern(_ line: [UInt8]) -> [UInt8] {
        line.last == carriageReturn ? Array(line.dropLast()) : line
    }

    /// Returns the pattern that matches exactly this name in this directory (gitignore(5)).
    ///
    /// A name with a line feed, or with a carriage return at its end, has no exact pattern: a `?` stands for it.
    private static func line(_ name: String) -> [UInt8] {
        var line = Array("/".utf8)
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): line.append(UInt8(ascii: "?"))
            case UInt8(ascii: "\\"), UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["):
                line += [UInt8(ascii: "\\"), byte]
            default: line.append(byte)
            }
        }
        if line.last == carriageReturn { line[line.count - 1] = UInt8(ascii: "?") }
        // A trailing blank counts only when it is quoted.
        if line.last == UInt8(ascii: " ") { line.insert(UInt8(ascii: "\\"), at: line.count - 1) }
        return line
    }
}
