import ModelCore
package import SystemIO
import SystemPackage

/// The runs that went on beside one in its work tree: what changed meanwhile may be theirs.
package struct RunsBeside: Sendable {
    private let run: RunRecord
    private let catalog: RunCatalog
    private let outer: [RunID]

    /// Creates a search among the runs of a catalog; `outer` are those whose commands began this one, and wait for it.
    package init(_ run: RunRecord, in catalog: RunCatalog, inside outer: [RunID]) {
        self.run = run
        self.catalog = catalog
        self.outer = outer
    }

    /// Returns the runs that went on at some time since this one began.
    ///
    /// Those that were begun without a command count once they have ended: nobody can tell one that goes on from one
    /// that was forgotten. Blocks.
    package func all() throws(IOError) -> [RunRecord] {
        try catalog.ids().filter { $0 != run.id && !outer.contains($0) }.compactMap {
            catalog.recent($0, since: run.started)
        }
        .filter { other in
            other.origin.worktree == run.origin.worktree && other.parent == nil
                && !(other.command.isEmpty && other.status == .running)
        }
    }

    /// Returns those of some runs that may have written a file, at a path below where this one's command runs, which
    /// changed at a moment.
    func writers(of path: String, at moment: Timestamp, among others: [RunRecord]) -> [RunRecord] {
        let place = run.directory.isEmpty ? path : "\(run.directory)/\(path)"
        return others.filter { other in
            let isThere = other.directory.isEmpty || place.hasPrefix(other.directory + "/")
            return isThere && other.started <= moment
                && (other.status == .running || moment <= other.ended ?? other.started)
        }
    }
}

extension RunCatalog {
    /// Reads a run that went on at some time since a moment; of most others only the time of the record is looked at.
    fileprivate func recent(_ id: RunID, since moment: Timestamp) -> RunRecord? {
        let directory = directory(of: id)
        guard let written = (try? directory.written) ?? nil else { return nil }
        if written < moment, (try? directory.isRecording()) != true { return nil }
        return current(id)
    }
}
