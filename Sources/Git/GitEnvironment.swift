import SystemPackage

/// Makes an environment fit for running `git` in another directory than the one it was meant for.
enum GitEnvironment {
    /// Variables with one path, which Git reads relative to where it starts.
    private static let paths = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
    ]
    /// Variables that would change what our pathspecs mean or what we read.
    private static let dropped = [
        "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_PREFIX",
        "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "LANGUAGE",
    ]

    static func normalized(_ environment: [String: String], directory: FilePath) -> [String: String] {
        var result = environment
        for name in dropped { result[name] = nil }
        for name in paths {
            guard let value = result[name] else { continue }
            result[name] = value.isEmpty ? nil : directory.pushing(FilePath(value)).lexicallyNormalized().string
        }
        return result
    }

    /// How libgit2 is to search, by the same variables that `git` reads.
    static func search(_ environment: [String: String]) -> LibraryHandle.Search {
        let crosses = ["1", "true", "yes", "on"].contains(environment["GIT_DISCOVERY_ACROSS_FILESYSTEM"]?.lowercased())
        return .upwards(ceilings: environment["GIT_CEILING_DIRECTORIES"] ?? "", crossesDevices: crosses)
    }
}
