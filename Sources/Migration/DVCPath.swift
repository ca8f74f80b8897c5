import ModelCore

/// Why a path in one of DVC's files is not taken.
struct DVCPathError: Error {
    /// A clause that calls the path "it".
    let reason: String
}

/// Paths as DVC's files have them: relative to the file, or to the stage's working directory.
enum DVCPath {
    /// Returns the path in the repository that a text means in a directory, which itself may be written with `..`.
    static func resolve(_ text: String, in directory: String) throws(DVCPathError) -> RepositoryPath {
        guard !text.utf8.contains(0), !directory.utf8.contains(0) else {
            throw DVCPathError(reason: "it has a zero byte")
        }
        if text.firstRange(of: "://") != nil { throw DVCPathError(reason: "it is not in the repository") }
        var components: [Substring] = []
        for component in join(directory, text).split(separator: "/", omittingEmptySubsequences: true) {
            switch component {
            case ".": continue
            case "..":
                guard components.popLast() != nil else {
                    throw DVCPathError(reason: "it lies outside of the repository")
                }
            default: components.append(component)
            }
        }
        if join(directory, text).hasPrefix("/") { throw DVCPathError(reason: "it lies outside of the repository") }
        guard !components.isEmpty else { throw DVCPathError(reason: "it is the repository itself") }
        do { return try RepositoryPath(components.joined(separator: "/")) } catch {
            throw DVCPathError(reason: "it is no path for an artifact")
        }
    }

    /// Returns `text` as it is meant in a directory; an absolute path stays.
    static func join(_ directory: String, _ text: String) -> String {
        if text.isEmpty || text == "." { return directory }
        return text.hasPrefix("/") || directory.isEmpty ? text : "\(directory)/\(text)"
    }
}
