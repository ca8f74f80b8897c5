import Git
import ModelCore
import SystemIO
import SystemPackage

/// Where an export goes: it appears there whole, or what was there stays.
struct ExportDestination {
    /// The place as the user wrote it.
    let text: String
    /// The absolute path.
    let path: FilePath
    private let isForced: Bool

    /// Refuses a place where something is, unless it is forced, and always what is to be kept.
    init(_ text: String, isForced: Bool, in workspace: Workspace) throws {
        guard !text.isEmpty else { throw Failure(.usage, "the place to export to is empty") }
        self.text = text
        self.isForced = isForced
        let context = workspace.context
        path = context.workingDirectory.pushing(FilePath(context.expandingHome(text))).lexicallyNormalized()
        let shown = QuotedPath.encode(text)
        let status = try FileStatus.of(path)
        if let status {
            guard status.kind == .regular || status.kind == .directory else {
                throw Failure(
                    .failed,
                    "\(shown) is neither a file nor a directory",
                    hints: ["name another place"]
                )
            }
        }
        let isEmpty = try status?.kind == .directory && DirectoryEntry.all(in: path).isEmpty
        if let status, !isEmpty, !isForced {
            throw Failure(
                .failed,
                "\(shown) is " + (status.kind == .directory ? "not empty" : "there already"),
                hints: ["name a place where nothing is, or replace it: `--force`"]
            )
        }
        if let objection = try KeptPlaces(in: workspace).objection(to: path) {
            throw Failure(.failed, "\(shown) \(objection)", hints: ["name another place"])
        }
    }

    /// Has a directory made beside the place, and puts it there.
    func directory<Value>(_ body: (_ directory: FilePath) async throws -> Value) async throws -> Value {
        let scratch = try scratch()
        let made = scratch.path.appending("made")
        try Directories.create(made, durable: false)
        let value = try await body(made)
        try put(made, aside: scratch.path.appending("old"))
        return value
    }

    /// Puts a file there that was made in the scratch directory and is on the disk.
    func put(file: FilePath) throws {
        let scratch = try scratch()
        try put(file, aside: scratch.path.appending("old"))
    }

    /// Returns a directory beside the place that goes with the value.
    func scratch() throws -> TemporaryDirectory {
        let parent = path.removingLastComponent()
        try Directories.create(parent)
        return try TemporaryDirectory(in: parent)
    }

    private func put(_ made: FilePath, aside: FilePath) throws {
        if let old = try FileStatus.of(path) {
            let isEmpty = try old.kind == .directory && Directories.removeIfEmpty(path)
            guard isEmpty || isForced else {
                throw Failure(.failed, "\(QuotedPath.encode(text)) came to be there meanwhile")
            }
            if isEmpty {
                try DurableFile.rename(made, to: path)
            } else {
                try DurableFile.replace(path, with: made, aside: aside)
            }
        } else {
            try DurableFile.rename(made, to: path)
        }
        try DurableFile.synchronizeDirectory(path.removingLastComponent())
    }
}
