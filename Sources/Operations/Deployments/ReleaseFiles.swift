import Codec
import Deployment
import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// The files of a release, from the local store and from Git.
struct ReleaseFiles: ReleaseSource {
    /// A file that is in Git itself.
    struct Committed: Sendable {
        let entry: TreeEntry
        let blob: GitObjectID
    }

    /// How many bytes of Git's files are in memory at once, but for a single larger one.
    private static let batchByteCount: Int64 = 32 << 20
    private static let batchCount = 1000

    let workspace: Workspace
    /// The model's artifacts, of which what is not here is fetched.
    let artifacts: [PointerIndex.Entry]
    /// The files of artifacts.
    let stored: [TreeEntry]
    let committed: [Committed]

    func write(into directory: FilePath) async throws {
        let joined = try workspace.openStore()
        try await workspace.bring(artifacts, of: "the version", into: joined.store)
        let tally = ProgressTally(phase: "restoring", sink: workspace.context.progress)
        let all = stored + committed.map(\.entry)
        for parent in Set(all.compactMap(\.path.parent)).sorted() {
            try Directories.create(place(of: parent, in: directory), durable: false)
        }
        try await restore(joined.store, into: directory, tally)
        try await writeCommitted(into: directory, tally)
        let files = try all.filter { $0.mode != .link }.map { try place(of: $0.path, in: directory) }
        try await workspace.pool.forEach(0..<files.count) { try OpenFile(reading: files[$0]).synchronize() }
        workspace.context.progress.finish()
    }

    /// Divides files so that those of one batch may be in memory together.
    static func batches<File>(of files: [File], size: (File) -> Int64) -> [[File]] {
        var batches: [[File]] = []
        var bytes: Int64 = 0
        for file in files {
            bytes += size(file)
            if let last = batches.last, last.count < batchCount, bytes <= batchByteCount {
                batches[batches.count - 1].append(file)
            } else {
                batches.append([file])
                bytes = size(file)
            }
        }
        return batches
    }

    private func place(of path: RepositoryPath, in directory: FilePath) throws -> FilePath {
        try SafeRelativePath.resolve(root: directory, components: path.components)
    }

    /// Restoring checks each frame against its name.
    private func restore(_ store: LocalStore, into directory: FilePath, _ tally: ProgressTally) async throws {
        var items: [ObjectRestore.Item] = []
        for entry in stored where entry.mode != .link {
            tally.begin(entry.path.text, byteCount: entry.size)
            items.append(
                ObjectRestore.Item(
                    oid: entry.digest,
                    size: entry.size,
                    path: try place(of: entry.path, in: directory),
                    isExecutable: entry.mode == .executable
                )
            )
        }
        let restore = ObjectRestore(
            store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: tally.add
        )
        _ = try await restore.restore(items)
        for entry in stored where entry.mode == .link {
            var target: [UInt8] = []
            try ObjectStream.read(entry.digest, size: entry.size, from: store) { target += Array($0) }
            try write(target, as: entry, into: directory)
        }
    }

    private func writeCommitted(into directory: FilePath, _ tally: ProgressTally) async throws {
        for batch in ReleaseFiles.batches(of: committed, size: \.entry.size) {
            try workspace.context.cancellation.check()
            let limit = batch.map(\.entry.size).max() ?? 0
            let blobs = try await workspace.repository.objects.blobs(batch.map(\.blob), limit: limit)
            for file in batch {
                tally.begin(file.entry.path.text, byteCount: file.entry.size)
                let bytes = blobs[file.blob] ?? []
                try await workspace.pool.run { try write(bytes, as: file.entry, into: directory) }
                tally.add(file.entry.size)
            }
        }
    }

    /// Writes bytes that have to be an entry's.
    private func write(_ bytes: [UInt8], as entry: TreeEntry, into directory: FilePath) throws {
        guard Int64(bytes.count) == entry.size, SHA256.digest(of: bytes) == entry.digest else {
            throw Failure(.verification, "\(entry.path) is not what it was a moment ago")
        }
        let place = try place(of: entry.path, in: directory)
        guard entry.mode == .link else {
            let permissions: UInt16 = entry.mode == .executable ? 0o777 : 0o666
            return try DurableFile.write(bytes, to: place, permissions: permissions, durable: false)
        }
        try LinkTarget.check(bytes, at: entry.path)
        try SymbolicLink.write(target: String(decoding: bytes, as: UTF8.self), to: place)
    }
}

extension Workspace {
    /// Fetches what is not in the local store of some artifacts; throws where something of them is nowhere.
    func bring(_ artifacts: [PointerIndex.Entry], of version: String, into store: LocalStore) async throws {
        func absent() -> [PointerIndex.Entry] {
            artifacts.filter { !Closure(of: [$0.pointer], in: store).isComplete }
        }
        var missing = absent()
        if !missing.isEmpty, !configuration.remoteNames.isEmpty {
            let report = try await fetch(missing, from: nil, into: store)
            if let problem = report.problems.first {
                throw Failure(.failed, "cannot get \(problem.subject) of \(version): \(problem.message)")
            }
            missing = absent()
        }
        if let first = missing.first {
            throw Failure(
                .failed,
                "the bytes of \(first.path) of \(version) are in no store that is known here",
                hints: ["ask who made the version to push it: `git model push`"]
            )
        }
        if let wrong = artifacts.compactMap({ Problem(wrongPointerOf: $0, in: store) }).first {
            throw Failure(.verification, "\(wrong.subject): \(wrong.message)")
        }
    }
}
