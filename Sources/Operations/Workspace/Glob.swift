import ModelCore
import SystemIO
import SystemPackage

/// A pattern as shells write them, for where no shell expanded it: `*`, `?` and `[…]` within a component, `**` across
/// them.
struct Glob {
    private let components: [[UInt8]]

    /// Creates a pattern of path components.
    init(_ pattern: String) { components = pattern.split(separator: "/").map { Array($0.utf8) } }

    /// Returns the files and directories below `root` that match, in the order of their bytes; `.git` is never looked
    /// into.
    func matches(under root: FilePath) throws -> [RepositoryPath] {
        guard components.contains(where: { $0.contains { "*?[".utf8.contains($0) } }) else { return [] }
        var found: [String] = []
        try collect(components[...], in: root, prefix: "", into: &found)
        return try Set(found).map { try RepositoryPath($0) }.sorted()
    }

    private func collect(
        _ rest: ArraySlice<[UInt8]>,
        in directory: FilePath,
        prefix: String,
        into found: inout [String]
    ) throws {
        guard let pattern = rest.first else { return }
        let isDeep = pattern == Array("**".utf8)
        if isDeep { try collect(rest.dropFirst(), in: directory, prefix: prefix, into: &found) }
        let (entries, problems) = try DirectoryEntry.readable(in: directory)
        func isMeant(_ name: String) -> Bool {
            // As in shells, a leading dot is matched only by one.
            guard !name.hasPrefix(".") || pattern.first == UInt8(ascii: ".") else { return false }
            return isDeep || Glob.matches(pattern[...], Array(name.utf8)[...])
        }
        // No pattern leaves out in silence what it is about.
        let unusable = problems.first { isMeant($0.path.lastComponent?.string ?? "") }
        if let unusable, !isDeep { throw unusable }
        for entry in entries where entry.name != ".git" && isMeant(entry.name) {
            let path = prefix + entry.name
            if rest.count == 1, !isDeep, !path.hasSuffix(Pointer.fileSuffix) { found.append(path) }
            guard entry.kind == .directory else { continue }
            let next = isDeep ? rest : rest.dropFirst()
            try collect(next, in: directory.appending(entry.name), prefix: path + "/", into: &found)
        }
    }

    /// Returns whether one name matches one component; takes as long as both lengths multiplied, whatever the pattern.
    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (rest, left) = (pattern, name)
        // Where the last star stands, and what it has not taken yet: the stars before it need not take more.
        var star: (after: ArraySlice<UInt8>, left: ArraySlice<UInt8>)?
        while true {
            if rest.first == UInt8(ascii: "*") {
                star = (rest.dropFirst(), left)
                rest = rest.dropFirst()
            } else if rest.isEmpty, left.isEmpty {
                return true
            } else if let next = step(rest, left) {
                (rest, left) = (next, left.dropFirst())
            } else {
                guard let last = star, !last.left.isEmpty else { return false }
                star = (last.after, last.left.dropFirst())
                (rest, left) = (last.after, last.left.dropFirst())
            }
        }
    }

    /// Returns what of a pattern is left once its first part, which is no star, took the first byte of a name; `nil`
    /// where it does not.
    private static func step(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let byte = name.first else { return nil }
        switch pattern.first {
        case nil: return nil
        case UInt8(ascii: "?"): return pattern.dropFirst()
        case UInt8(ascii: "["):
            guard let end = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")),
                matches(byte, set: pattern[(pattern.startIndex + 1)..<end])
            else { return nil }
            return pattern[(end + 1)...]
        default: return pattern.first == byte ? pattern.dropFirst() : nil
        }
    }

    private static func matches(_ byte: UInt8, set: ArraySlice<UInt8>) -> Bool {
        var rest = set
        let isInverted = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isInverted { rest = rest.dropFirst() }
        var isIn = false
        while let low = rest.popFirst() {
            if rest.first == UInt8(ascii: "-"), let high = rest.dropFirst().first {
                isIn = isIn || (low <= high && (low...high).contains(byte))
                rest = rest.dropFirst(2)
            } else {
                isIn = isIn || low == byte
            }
        }
        return isIn != isInverted
    }
}
