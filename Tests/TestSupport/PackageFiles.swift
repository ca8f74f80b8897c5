import FoundationEssentials
package import SystemPackage

/// The files of this package, for tests that compare against them.
package enum PackageFiles {
    /// The directory of Package.swift.
    package static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()

    /// Returns a text file, with a path relative to the package.
    package static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: root.appending(path).string), encoding: .utf8)
    }

    /// Returns the first shell block below a heading of a page.
    package static func shellBlock(below heading: String, in page: String) throws -> String {
        let lines = try text(page).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0 == "## \(heading)" }) else {
            throw MissingHeading(heading: heading)
        }
        let block = lines[start...].drop { $0 != "```sh" }.dropFirst().prefix { $0 != "```" }
        return block.joined(separator: "\n") + "\n"
    }

    private struct MissingHeading: Error {
        let heading: String
    }

    /// Returns the names in a directory, sorted, with a path relative to the package.
    package static func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(directory).string).sorted()
    }
}

/// Where the executables are that tests run.
package enum BuiltProduct {
    /// The directories to look in, as in `PATH`: that of another build, where `GIT_MODEL_PRODUCTS` names it, then that
    /// of the test runner, which also holds what only tests run.
    package static let path: String = {
        let link = "/proc/self/exe"
        let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? CommandLine.arguments[0]
        let own = FilePath(runner).removingLastComponent().string
        return ProcessInfo.processInfo.environment["GIT_MODEL_PRODUCTS"].map { "\($0):\(own)" } ?? own
    }()
}
