import ModelCore
import SystemIO

/// The files of a store's branch as they will be: where the branch stands, and what was written since, which goes as
/// one commit.
actor StoreBranchFiles {
    /// How often others may be faster.
    private static let maximumAttempts = 20
    private static let longestPause = 2_000

    private let remote: String
    private let branch: any StoreBranch
    private var tip: StoreBranchTip?
    private var isFetched = false
    private var changes: [String: [UInt8]?] = [:]
    private var pointers: [String: LFSPointer] = [:]
    private var running: Task<Void, any Error>?

    init(_ remote: String, _ branch: any StoreBranch) {
        self.remote = remote
        self.branch = branch
    }

    /// Returns the bytes of a file, or `nil` where there is none.
    func bytes(of file: String) async throws(RemoteError) -> [UInt8]? {
        try await look()
        if let change = changes[file] { return change }
        guard let blob = tip?.files[file]?.blob else { return nil }
        return try await branch.bytes(of: [blob])[blob]
    }

    /// Returns the size of a file in bytes, or `nil` where there is none.
    func size(of file: String) async throws(RemoteError) -> Int64? {
        try await look()
        if let change = changes[file] { return change.map { Int64($0.count) } }
        return tip?.files[file]?.size
    }

    /// Returns the sizes of all files whose paths begin so.
    func sizes(below prefix: String) async throws(RemoteError) -> [String: Int64] {
        try await look()
        var sizes = (tip?.files ?? [:]).filter { $0.key.hasPrefix(prefix) }.mapValues(\.size)
        for (file, bytes) in changes where file.hasPrefix(prefix) { sizes[file] = bytes.map { Int64($0.count) } }
        return sizes
    }

    /// Returns what those files stand for that are pointers, among files that exist.
    func pointers(in files: some Collection<String>) async throws(RemoteError) -> [String: LFSPointer] {
        try await look()
        let blobs = Dictionary(
            files.compactMap { file in changes[file] == nil ? tip?.files[file].map { (file, $0.blob) } : nil },
            uniquingKeysWith: { first, _ in first }
        )
        let unknown = Set(blobs.values).filter { pointers[$0] == nil }
        if !unknown.isEmpty {
            for (blob, bytes) in try await branch.bytes(of: Array(unknown)) {
                pointers[blob] = try? LFSPointer(parsing: bytes)
            }
        }
        var found = blobs.compactMapValues { pointers[$0] }
        for file in files {
            if let change = changes[file] { found[file] = change.flatMap { try? LFSPointer(parsing: $0) } }
        }
        return found
    }

    /// Writes a file, or takes it away; nobody else sees that before `publish`.
    func set(_ bytes: [UInt8]?, for file: String) async throws(RemoteError) {
        try await look()
        changes[file] = .some(bytes)
    }

    /// Pushes what was written in one commit, on top of whatever others pushed meanwhile.
    func publish() async throws(RemoteError) {
        // One after the other; what the second wants may go along with the first's.
        while let running { _ = await running.result }
        guard !changes.isEmpty else { return }
        let task = Task {
            // Before the task ends: who waits for it would else find it here again, and hold the actor for ever.
            defer { self.running = nil }
            try await self.push()
        }
        running = task
        do { try await task.value } catch let error as RemoteError { throw error } catch {
            throw .unreachable(remote, cause: "\(error)")
        }
    }

    private func push() async throws {
        for attempt in 0..<StoreBranchFiles.maximumAttempts {
            let batch = changes
            // What is not there need not go.
            let effective = withAttributes(batch.filter { $0.value != nil || tip?.files[$0.key] != nil })
            if effective.isEmpty { return forget(batch) }
            if let pushed = try await branch.push(effective, onto: tip) {
                tip = pushed
                return forget(batch)
            }
            if attempt > 0 {
                let limit = min(StoreBranchFiles.longestPause, 50 << attempt)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...limit)))
            }
            tip = try await branch.fetch()
        }
        throw RemoteError.busy(
            remote,
            cause: "others push to branch \(LFSLocation.branch) all the time",
            retryAfter: nil
        )
    }

    /// Forgets changes that are on the branch; what was written meanwhile has its turn with the next.
    private func forget(_ published: [String: [UInt8]?]) {
        for (file, bytes) in published where changes[file] == .some(bytes) { changes.removeValue(forKey: file) }
    }

    /// Returns changes with what tells Git which files are pointers, where the branch does not have it.
    private func withAttributes(_ changes: [String: [UInt8]?]) -> [String: [UInt8]?] {
        guard !changes.isEmpty, tip?.files[StoreBranchFiles.attributesFile] == nil else { return changes }
        return changes.merging([StoreBranchFiles.attributesFile: Array(StoreBranchFiles.attributes.utf8)]) { $1 }
    }

    /// Fetches the branch once: what others push later is for the next command.
    private func look() async throws(RemoteError) {
        while !isFetched {
            if let running {
                _ = await running.result
                continue
            }
            let task = Task {
                defer { self.running = nil }
                self.arrive(try await self.branch.fetch())
            }
            running = task
            do { try await task.value } catch let error as RemoteError { throw error } catch {
                throw .unreachable(remote, cause: "\(error)")
            }
        }
    }

    private func arrive(_ tip: StoreBranchTip?) {
        self.tip = tip
        isFetched = true
    }

    /// Where Git reads which files of the branch are pointers.
    static let attributesFile = ".gitattributes"

    private static let attributes = """
        # A store of git-model: the models' bytes. Deleting this branch loses them.
        * -text
        packs/** filter=lfs diff=lfs merge=lfs -text

        """
}
