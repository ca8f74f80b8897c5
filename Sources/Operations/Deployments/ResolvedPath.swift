import SystemIO
import SystemPackage

/// Where a path leads once all links on the way are followed; what is not there yet counts as it is written.
enum ResolvedPath {
    /// As many links as Linux follows.
    private static let linkLimit = 40

    /// Resolves an absolute path; throws where it cannot be looked at, or goes in circles.
    static func of(_ path: FilePath) throws -> FilePath {
        var rest = Array(path.components.reversed())
        var found = FilePath("/")
        var links = 0
        while let component = rest.popLast() {
            switch component.kind {
            case .currentDirectory: continue
            case .parentDirectory:
                found.removeLastComponent()
                continue
            case .regular: break
            }
            let next = found.appending(component)
            guard try FileStatus.of(next)?.kind == .symbolicLink else {
                found = next
                continue
            }
            links += 1
            guard links <= linkLimit else { throw Failure(.failed, "\(path) leads through too many links") }
            let target = FilePath(try SymbolicLink.target(of: next))
            if target.isAbsolute { found = FilePath("/") }
            rest += target.components.reversed()
        }
        return found
    }
}
