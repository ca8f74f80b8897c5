import ModelCore
import SystemIO
import SystemPackage

/// A pattern as shells write them, for where no shell expanded it: `*`, `?` and `[…]` within a component, `**` across them.
struct Glob {
    private let components: [[UInt8]]

    /// Creates a pattern of path components.
    init(_ pattern: String) { components = pattern.split(separator: "/").map { Array($0.utf8) } }

    /// Returns the files and directories below `root` that match, in the order of their bytes; `.git` is never looked into.
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
        for entry in try DirectoryEntry.all(in: directory) where entry.name != ".git" {
            guard isDeep || Glob.matches(pattern[...], Array(entry.name.utf8)[...]) else { continue }
            // As in shells, a leading dot is matched only by one.
            guard !entry.name.hasPrefix(".") || pattern.first == UInt8(ascii: ".") else { continue }
            let path = prefix + entry.name
            if rest.count == 1, !isDeep, !path.hasSuffix(Pointer.fileSuffix) { found.append(path) }
            guard entry.kind == .directory else { continue }
            let next = isDeep ? rest : rest.dropFirst()
            try collect(next, in: directory.appending(entry.name), prefix: path + "/", into: &found)
        }
    }

    /// Returns whether one name matches one component.
    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case UInt8(ascii: "*"):
            return matches(pattern.dropFirst(), name) || (!name.isEmpty && matches(pattern, name.dropFirst()))
        case UInt8(ascii: "?"):
            return !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst())
        case UInt8(ascii: "["):
            guard let byte = name.first, let end = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")) else {
                return false
            }
            return matches(byte, set: pattern[(pattern.startIndex + 1)..<end])
                && matches(pattern[(end + 1)...], name.dropFirst())
        default:
            return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
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
