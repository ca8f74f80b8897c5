import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model ls`: the artifacts of a version, or the files of one that is a tree.
package struct ListArtifacts: Sendable {
    /// What there is.
    package struct Report: Operations.Report {
        /// An artifact, or a file of one.
        package struct Entry: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// `file` or `tree` of an artifact; `file`, `executable` or `link` of a file in one.
            package let kind: String
            /// The size in bytes.
            package let size: Int64
            /// The object, as `sha256:` and hexadecimal digits.
            package let oid: String
        }

        /// The version; left out for the work tree.
        package let version: String?
        /// The artifacts or files, by path.
        package let entries: [Entry]
        package let hints: [String]
        package let problems: [Problem]

        private enum CodingKeys: CodingKey { case version, entries }
    }

    private let arguments: [String]

    /// Creates the operation on `[VERSION] [PATH]`; one argument alone is a version where it means one.
    package init(_ arguments: [String]) { self.arguments = arguments }

    /// Reads pointers and listings; fetches nothing.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let (version, path) = try await split(in: workspace)
        let entries: [PointerIndex.Entry]
        var unreadable = UnreadablePointers()
        if let version {
            let pointers = try await workspace.pointers(of: version)
            entries = pointers.entries
            unreadable.problems = pointers.damaged.map { Problem($0.path, message: $0.problem) }
        } else {
            let index = try await workspace.pointers()
            entries = index.entries
            unreadable = try await workspace.explain(index.damaged)
        }
        return Report(
            version: version?.name,
            entries: try ListArtifacts.entries(at: path, among: entries, in: workspace, joined.store),
            hints: unreadable.hints,
            problems: unreadable.problems
        )
    }

    private func split(in workspace: Workspace) async throws -> (ResolvedVersion?, String?) {
        guard let first = arguments.first else { return (nil, nil) }
        if arguments.count > 1 { return (try await workspace.resolve(first), arguments[1]) }
        do { return (try await workspace.resolve(first), nil) } catch {
            let tracked = try await workspace.pointers().entries
            let isPath = (try? ListArtifacts.choose(first, among: tracked, in: workspace)).map { !$0.isEmpty } ?? false
            if isPath { return (nil, first) }
            if let colon = first.firstIndex(of: ":"),
                let version = try? await workspace.resolve(String(first[..<colon]))
            {
                return (version, String(first[first.index(after: colon)...]))
            }
            guard case ResolutionError.unknown = error else { throw error }
            throw Failure(
                .failed,
                "\(first) is neither a version nor an artifact",
                hints: ["see what there is: `git model list`, `git model ls`"]
            )
        }
    }

    /// Returns the artifacts that a path names, holds, or lies in.
    private static func choose(
        _ argument: String,
        among artifacts: [PointerIndex.Entry],
        in workspace: Workspace
    ) throws -> [PointerIndex.Entry] {
        if workspace.isTop(argument) { return artifacts }
        let given = try workspace.path(argument)
        let path = given.removingPointerSuffix ?? given
        return artifacts.filter { $0.path == path || $0.path.isInside(path) || path.isInside($0.path) }
    }

    private static func entries(
        at argument: String?,
        among artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) throws -> [Report.Entry] {
        guard let argument else { return artifacts.map(row) }
        let chosen = try choose(argument, among: artifacts, in: workspace)
        guard let first = chosen.first else {
            throw Failure(.failed, "\(argument) is no artifact", hints: ["see what there is: `git model ls`"])
        }
        let given = (try? workspace.path(argument)).map { $0.removingPointerSuffix ?? $0 }
        guard let path = given, chosen.count == 1, first.path == path || path.isInside(first.path),
            first.pointer.kind == .tree
        else {
            if let path = given, path.isInside(first.path), first.pointer.kind == .file {
                throw Failure(.failed, "\(first.path) is a file: it has no \(path.relative(to: first.path) ?? path)")
            }
            return chosen.map(row)
        }
        let listing = try workspace.listing(of: first, in: store)
        let inner = path.relative(to: first.path)
        let files = listing.entries.filter { file in inner.map { file.path == $0 || file.path.isInside($0) } ?? true }
        guard inner == nil || !files.isEmpty else { throw workspace.missing(path, in: first) }
        return files.map { file in
            Report.Entry(
                path: first.path.appending(file.path).text,
                kind: file.mode == .link ? "link" : file.mode == .executable ? "executable" : "file",
                size: file.size,
                oid: file.digest.description
            )
        }
    }

    private static func row(_ artifact: PointerIndex.Entry) -> Report.Entry {
        Report.Entry(
            path: artifact.path.text,
            kind: artifact.pointer.kind.rawValue,
            size: artifact.pointer.size,
            oid: artifact.pointer.oid.description
        )
    }
}

extension Workspace {
    /// Reads the listing of an artifact that is a tree, from the local store.
    func listing(of artifact: PointerIndex.Entry, in store: LocalStore) throws -> TreeListing {
        var reader = FrameReader(store)
        do { return try store.listing(artifact.pointer.oid, reader: &reader).tree } catch {
            guard error.isAbsence else { throw error }
            throw Failure(
                .failed,
                "the files of \(artifact.path) are not known here",
                hints: ["get them: `git model fetch -- \(artifact.path.shellWord)`"],
                cause: error
            )
        }
    }

    /// The failure of naming a file that a tree does not have.
    func missing(_ path: RepositoryPath, in artifact: PointerIndex.Entry) -> Failure {
        Failure(
            .failed,
            "\(artifact.path) has no \(path.relative(to: artifact.path) ?? path)",
            hints: ["see what it has: `git model ls \(artifact.path.shellWord)`"]
        )
    }
}
