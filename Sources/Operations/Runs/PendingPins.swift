import Codec
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// The runs whose commits a Git remote was to get and did not take, until a later push brings them.
///
/// An empty file for each, so that pushes at the same time do not undo each other.
struct PendingPins {
    private let directory: FilePath

    /// Creates the list for a remote, by name or URL; its name on disk gives away no login.
    init(of remote: String, in workspace: Workspace) {
        let name = SHA256.digest(of: Array(remote.utf8)).hex.prefix(32)
        directory = workspace.modelDirectory.appending("pending-pins").appending(String(name))
    }

    /// The runs.
    var runs: Set<RunID> {
        get throws(IOError) {
            guard try FileStatus.of(directory) != nil else { return [] }
            return Set(try DirectoryEntry.all(in: directory).compactMap { RunID($0.name) })
        }
    }

    /// Adds runs whose commits did not get there.
    func add(_ runs: Set<RunID>) throws {
        try Directories.create(directory, durable: false)
        for run in runs { try DurableFile.append([], to: directory.appending(run.text)) }
    }

    /// Takes out runs whose commits are there.
    func remove(_ runs: Set<RunID>) throws(IOError) {
        for run in runs { try DurableFile.remove(directory.appending(run.text)) }
    }
}
