import ModelCore
package import SystemIO
package import SystemPackage

/// The runs that are kept in a repository's Git directory, by id.
package struct RunCatalog: Sendable {
    private let root: FilePath

    /// Creates a catalog of the runs below `root`, which need not be there yet.
    package init(_ root: FilePath) { self.root = root }

    /// Returns where a run is kept, or would be.
    package func directory(of id: RunID) -> RunDirectory { RunDirectory(root.appending(id.text)) }

    /// Makes the directory of a new run.
    package func create(_ id: RunID) throws(IOError) -> RunDirectory {
        let directory = directory(of: id)
        try Directories.create(directory.path)
        return directory
    }

    /// Returns the ids of all runs; names that are none are not looked at.
    package func ids() throws(IOError) -> [RunID] {
        guard try FileStatus.of(root) != nil else { return [] }
        return try DirectoryEntry.all(in: root).compactMap { $0.kind == .directory ? RunID($0.name) : nil }
    }

    /// What there is to read of the runs.
    package struct Contents: Sendable {
        /// The runs that can be read, the oldest first.
        package var records: [RunRecord] = []
        /// Those whose record is damaged or was never written.
        package var unreadable: [RunID] = []
        /// Those whose summary a commit has.
        package var kept: Set<RunID> = []

        /// Brings the records in order after some were added.
        package mutating func sort() { records.sort { ($0.started, $0.id) < ($1.started, $1.id) } }
    }

    /// Reads all records, on the threads of a pool; a run that nobody records any more counts as killed.
    package func contents(on pool: WorkerPool) async throws -> Contents {
        let ids = try ids()
        let records = try await pool.map(0..<ids.count) { current(ids[$0]) }
        var contents = Contents()
        for (id, record) in zip(ids, records) {
            if let record { contents.records.append(record) } else { contents.unreadable.append(id) }
        }
        contents.sort()
        return contents
    }

    /// Reads one run as `contents` does; `nil` where it cannot be read.
    package func current(_ id: RunID) -> RunRecord? {
        let directory = directory(of: id)
        guard let record = try? directory.record() else { return nil }
        // Without a command nobody need be there: a notebook says itself when it ends.
        guard record.status == .running, !record.command.isEmpty else { return record }
        // A lock that cannot be looked at is another user's.
        guard let isRecording = try? directory.isRecording(), !isRecording else { return record }
        // It may have ended in between.
        guard var last = try? directory.record() else { return nil }
        if last.status == .running { last.status = .killed }
        return last
    }

    /// Removes a run and all that was recorded of it.
    package func remove(_ id: RunID) throws(IOError) { try Directories.removeTree(directory(of: id).path) }
}

extension RunCatalog.Contents {
    /// Returns the run that a text means: an id, its first digits, the last run of that name, or `latest`, which is
    /// none that was begun inside of another.
    ///
    /// With `passesRepetitions`, `latest` is none that repeats another, either, unless there are no others.
    package func find(_ text: String, passesRepetitions: Bool = false) throws(RunLookupError) -> RunRecord {
        let ownRuns = records.lazy.filter { $0.parent == nil }
        let original = passesRepetitions ? ownRuns.last { $0.reproduces == nil } : nil
        if text == "latest", let last = original ?? ownRuns.last ?? records.last { return last }
        // Anybody may call a run what another's id begins with.
        let named = records.last { $0.name == text }
        guard text.utf8.count >= RunID.shortestPrefix, RunID.isPrefix(text) else {
            guard let named else { throw .unknown(text) }
            return named
        }
        let matches = records.filter { $0.id.text.hasPrefix(text) }
        guard matches.count <= 1 else { throw .ambiguous(text, matches.map(\.id)) }
        if let found = matches.first, let named, named.id != found.id { throw .ambiguous(text, [found.id, named.id]) }
        guard let found = matches.first ?? named else { throw .unknown(text) }
        return found
    }
}
