import Deployment
import ModelCore

/// Which files of a version a target gets: those that one of some patterns matches, or that are in a directory which it matches.
///
/// `*`, `?` and `[…]` stay within a component, `**` stands for any number of them.
struct PathGlobs {
    /// More would let a hostile pattern take for ever.
    private static let wildcardLimit = 8

    private let patterns: [[[UInt8]]]

    /// Reads the key `paths` of a target; none lets everything through.
    init(of settings: TargetSettings) throws(TargetError) {
        let texts = settings.texts("paths").flatMap { $0.split(whereSeparator: \.isWhitespace) }
        for text in texts where text.utf8.count(where: { $0 == UInt8(ascii: "*") }) > PathGlobs.wildcardLimit {
            throw settings.problem("paths", "has a pattern with too many stars: \(QuotedPath.encode(String(text)))")
        }
        patterns = texts.map { $0.split(separator: "/").map { Array($0.utf8) } }
    }

    /// Whether everything gets through.
    var isEmpty: Bool { patterns.isEmpty }

    /// Whether a file gets through.
    func accepts(_ path: RepositoryPath) -> Bool {
        guard !patterns.isEmpty else { return true }
        let components = path.components.map { Array($0.utf8) }
        return patterns.contains { PathGlobs.matches($0[...], components[...]) }
    }

    private static func matches(_ pattern: ArraySlice<[UInt8]>, _ path: ArraySlice<[UInt8]>) -> Bool {
        // What is left of the path is inside what matched.
        guard let first = pattern.first else { return true }
        if first == Array("**".utf8) {
            return matches(pattern.dropFirst(), path) || (!path.isEmpty && matches(pattern, path.dropFirst()))
        }
        guard let name = path.first else { return false }
        return Glob.matches(first[...], name[...]) && matches(pattern.dropFirst(), path.dropFirst())
    }
}
