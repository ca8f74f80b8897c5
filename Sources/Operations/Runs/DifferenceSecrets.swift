import ModelCore
import Runs
import SystemIO
import SystemPackage

/// Keeps what differed from a run's commit in this clone where that seems to hold secrets, until the user agrees that
/// others get it.
struct DifferenceSecrets {
    /// Larger differences are not looked through, nor handed on.
    private static let byteLimit = 1 << 30

    let workspace: Workspace

    /// Returns what to say of a patch that a record gets.
    func warnings(about patch: [UInt8]) async throws -> [String] {
        let files = try await workspace.pool.run { PatchSecrets(in: patch).secretFiles }
        guard !files.isEmpty else { return [] }
        return [
            "what is not committed seems to hold secrets, which are in \(RunDirectory.differenceName) of the record now; "
                + "nobody else gets that unasked: \(UntrackedFiles.list(files))"
        ]
    }

    /// Returns the record as others get it, and what to warn of; `verb` is the one of `runs` that hands it on.
    func withheld(from run: RunRecord, verb: String) async throws -> (record: RunRecord, warnings: [String]) {
        guard run.code.difference != nil else { return (run, []) }
        let file = workspace.runs.directory(of: run.id).path.appending(RunDirectory.differenceName)
        // Who looks for it next says that it is gone.
        guard try FileStatus.of(file) != nil else { return (run, []) }
        let bytes = try DurableFile.read(file, limit: DifferenceSecrets.byteLimit)
        let found = try await workspace.pool.run { PatchSecrets(in: bytes) }
        guard !found.secretFiles.isEmpty else { return (run, []) }
        let others = found.files.filter { !found.secretFiles.contains($0) }
        let warning =
            "\(RunDirectory.differenceName) of run \(run.id.abbreviated) is left out, for it seems to hold secrets: "
            + "\(UntrackedFiles.list(found.secretFiles)); to hand it on all the same: "
            + "`git model runs \(verb) \(run.id.abbreviated) --with-secrets`"
        return (run.withoutDifference(leavingOut: found.secretFiles + others), [warning])
    }
}
