import ModelCore

/// A file of a release as it stands there, which is not what it should be by itself.
struct StandingFile: Sendable, Hashable {
    /// What it is.
    enum Kind: Sendable, Hashable {
        case regular, link
        /// A socket, a named pipe or a device.
        case other
    }

    /// The path from the top of the release.
    let path: String
    /// What it is.
    let kind: Kind
    /// The number of its bytes; of a link, of its target's text.
    let size: Int64
    /// Whether its owner may execute it.
    let isExecutable: Bool

    /// What is wrong with a file.
    struct Difference: Sendable, Hashable {
        /// The file's path.
        let path: String
        /// What is wrong, without the path.
        let problem: String
        /// Both, as people read them.
        var line: String { "\(QuotedPath.encode(path)) \(problem)" }
    }

    /// Says what differs between files and a listing as far as can be known without reading them, in the order of
    /// paths.
    static func differences(of files: [StandingFile], from listing: TreeListing) -> [Difference] {
        let files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var found: [Difference] = []
        var rest = files[...]
        for entry in listing.entries {
            let path = entry.path.text
            while let file = rest.first, file.path.utf8.lexicographicallyPrecedes(path.utf8) {
                found.append(Difference(path: file.path, problem: "should not be there"))
                rest.removeFirst()
            }
            guard let file = rest.first, file.path.utf8.elementsEqual(path.utf8) else {
                found.append(Difference(path: path, problem: "is missing"))
                continue
            }
            rest.removeFirst()
            if let problem = file.problem(asTo: entry) { found.append(Difference(path: path, problem: problem)) }
        }
        return found + rest.map { Difference(path: $0.path, problem: "should not be there") }
    }

    private func problem(asTo entry: TreeEntry) -> String? {
        switch (kind, entry.mode) {
        case (.other, _): return "is no file"
        case (.link, .regular), (.link, .executable): return "is a link, and should be a file"
        case (.regular, .link): return "is a file, and should be a link"
        case (.regular, .regular) where isExecutable: return "can be executed, and should not"
        case (.regular, .executable) where !isExecutable: return "cannot be executed"
        default: break
        }
        return size == entry.size ? nil : "has \(size) bytes instead of \(entry.size)"
    }
}
