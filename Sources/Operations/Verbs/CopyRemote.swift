import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model remote copy`: the whole store of one remote in another, without this machine's having it.
package struct CopyRemote: Sendable {
    /// What was copied.
    package struct Report: Operations.Report {
        /// The remote that was read.
        package let source: String
        /// The remote that was written.
        package let destination: String
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The packs that were sent.
        package let packs: Int
        /// Their size in bytes.
        package let bytes: Int64
        /// The indexes and other small files that were sent.
        package let files: Int
        /// How long it took, in ns.
        package let nanoseconds: Int64
    }

    private let source: String
    private let destination: String
    private let isDryRun: Bool

    /// Creates the operation between two remotes of the repository.
    package init(from source: String, to destination: String, isDryRun: Bool = false) {
        self.source = source
        self.destination = destination
        self.isDryRun = isDryRun
    }

    /// Copies what the destination lacks; run again, it goes on where it stopped.
    package func run(in context: Context) async throws -> Report {
        let started = context.now()
        let workspace = try await Workspace.open(in: context, bare: true)
        let (from, to) = (try workspace.remote(named: source), try workspace.remote(named: destination))
        guard from.location != to.location else {
            throw Failure(.usage, "\(source) and \(destination) are the same remote")
        }
        if !isDryRun {
            try workspace.requireAgreement(to: to)
            try workspace.requireReachable(to)
        }
        let scratch = workspace.modelDirectory.appending("tmp")
        try Directories.create(scratch)
        let tally = ProgressTally(phase: "copying", sink: context.progress)
        let copy = StoreCopy(
            from: from.store,
            to: to.store,
            scratch: scratch,
            cancellation: context.cancellation,
            progress: { tally.set($0, of: $1) }
        )
        let result = try await copy.run(isDryRun: isDryRun)
        context.progress.finish()
        return Report(
            source: from.name,
            destination: to.name,
            isDryRun: isDryRun,
            packs: result.packCount,
            bytes: result.byteCount,
            files: result.fileCount,
            nanoseconds: context.now() - started
        )
    }
}
