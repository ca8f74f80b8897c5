import Deployment
import ModelCore

/// Which files of a version a target gets: those that one of some patterns matches, or that are in a directory which it
/// matches.
///
/// `*`, `?` and `[…]` stay within a component, `**` stands for any number of them.
struct PathGlobs {
    private let patterns: [[[UInt8]]]

    /// Reads the key `paths` of a target, whose patterns blanks divide; none lets everything through.
    init(of settings: TargetSettings) {
        self.init(settings.texts("paths").flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) })
    }

    /// Takes patterns as they are, blanks included; none lets everything through.
    init(_ texts: [String]) { patterns = texts.map { $0.split(separator: "/").map { Array($0.utf8) } } }

    /// Whether everything gets through.
    var isEmpty: Bool { patterns.isEmpty }

    /// Whether a file gets through.
    func accepts(_ path: RepositoryPath) -> Bool {
        guard !patterns.isEmpty else { return true }
        let components = path.components.map { Array($0.utf8) }
        return patterns.contains { PathGlobs.matches($0[...], components[...]) }
    }

    /// Whether a pattern matches a path or a directory above it; what is tried grows with both lengths multiplied, for
    /// patterns come from tracked files.
    private static func matches(_ pattern: ArraySlice<[UInt8]>, _ path: ArraySlice<[UInt8]>) -> Bool {
        var (rest, left) = (pattern, path)
        // As in `Glob`, only the last `**` may have to take more.
        var deep: (after: ArraySlice<[UInt8]>, left: ArraySlice<[UInt8]>)?
        while let first = rest.first {
            if first == Array("**".utf8) {
                deep = (rest.dropFirst(), left)
                rest = rest.dropFirst()
            } else if let name = left.first, Glob.matches(first[...], name[...]) {
                (rest, left) = (rest.dropFirst(), left.dropFirst())
            } else {
                guard let last = deep, !last.left.isEmpty else { return false }
                deep = (last.after, last.left.dropFirst())
                (rest, left) = (last.after, last.left.dropFirst())
            }
        }
        // What is left of the path is inside what matched.
        return true
    }
}
