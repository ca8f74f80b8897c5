/// Why a text is no path that may be created inside a repository.
package struct RepositoryPathError: Error, Sendable, Equatable {
    /// What is wrong with a path.
    package enum Problem: Sendable, Equatable {
        case empty
        case absolute
        case zeroByte
        case notUTF8
        case emptyComponent
        case currentDirectory
        case parentDirectory
        /// A component that some file system takes for `.git`; as it is spelled here.
        case gitDirectory(String)
    }

    /// The path; bytes that are no UTF-8 are replaced.
    package let path: String
    /// What is wrong with it.
    package let problem: Problem
}

extension RepositoryPathError: CustomStringConvertible {
    /// One clause that names the path and the problem.
    package var description: String {
        if problem == .empty { return "the path is empty" }
        let path = QuotedPath.encode(path)
        return switch problem {
        case .empty: "the path is empty"
        case .absolute: "path \(path) is absolute"
        case .zeroByte: "path \(path) has a zero byte"
        case .notUTF8: "path \(path) is not UTF-8"
        case .emptyComponent: "path \(path) has an empty component"
        case .currentDirectory: "path \(path) has the component \".\""
        case .parentDirectory: "path \(path) has the component \"..\""
        case .gitDirectory(let name): "path \(path) leads into Git's own directory (\(QuotedPath.encode(name)))"
        }
    }
}
