package import Deployment
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model batch`: turns a file of inputs into one of outputs by the version that a target has.
package struct RunBatch: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// The target.
        package let target: String
        /// The model.
        package let model: String
        /// The version, as `v1.2.3`.
        package let version: String
        /// The release.
        package let release: ReleaseID
        /// The SHA-256 of the listing of its files, as `sha256:` and digits.
        package let digest: String
        /// The file of outputs, as the user named it.
        package let output: String
        /// How many rows of inputs there were.
        package let rows: Int
        /// How many rows of outputs were written.
        package let written: Int
        /// How many rows failed; of those without an output nobody knows which.
        package let failed: Int
        /// How long it took.
        package let nanoseconds: Int64
        package var warnings: [String] = []
        package var problems: [Problem] = []
    }

    /// What is done with rows that fail.
    package enum OnError: String, Sendable, CaseIterable {
        /// They stay among the outputs, and the command does not succeed.
        case fail
        /// They are left out of the outputs.
        case skip
    }

    private let target: String
    private let input: String
    private let output: String
    private let onError: OnError

    /// Creates the operation on a target and the files of inputs and outputs.
    package init(_ target: String, input: String, output: String, onError: OnError) {
        self.target = target
        self.input = input
        self.output = output
        self.onError = onError
    }

    /// Runs the command of the version; where it fails, no outputs are written.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let configured = try workspace.target(named: target)
        let (host, name) = try host(of: configured, in: workspace)
        let source = context.workingDirectory.pushing(FilePath(input)).lexicallyNormalized()
        let destination = context.workingDirectory.pushing(FilePath(output)).lexicallyNormalized()
        let formats = (try BatchFormat(of: source, as: input), try BatchFormat(of: destination, as: output))
        try requireFiles(source, destination)
        let seal = try await current(of: host, name)
        try workspace.requireAgreement(toRun: seal.plan.batch, of: seal, on: configured.target)
        let start = context.now()
        let scratch = try BatchScratch(in: destination.removingLastComponent())
        let raw = scratch.path.appending(destination.lastComponent?.string ?? "out")
        try await BatchExecution(seal: seal, host: host, target: name, output: output, context: context)
            .run(from: source, to: raw)
        let stamp = BatchStamp(seal, formats.1, leavesOutFailed: onError == .skip)
        let (rows, result) = try await WorkerPool.shared.run {
            let rows = try BatchReader.count(of: source, formats.0, until: context.cancellation)
            return (rows, try stamp.copy(raw, to: destination, until: context.cancellation))
        }
        return report(seal, rows: rows, result, nanoseconds: context.now() - start)
    }

    /// What has the target's releases, and the target's name.
    private func host(
        of configured: ConfiguredTarget,
        in workspace: Workspace
    ) throws -> (host: any ReleaseHost, name: TargetName) {
        let target = configured.target
        guard target.kind == .batch else {
            throw Failure(.usage, "\(target.name) is a target of the kind \(target.kind.rawValue), not batch")
        }
        // As for going back: what was deployed there was agreed to, unless the clone itself brought it, or another host
        // is asked.
        try workspace.requireAgreement(toGoingBackOn: configured)
        try target.settings.requireKnown(DirectoryTarget.keys(of: .batch))
        let tally = ProgressTally(phase: "sending", sink: workspace.context.progress)
        let host = try DirectoryTarget.host(
            of: target,
            in: workspace.context,
            relativeTo: workspace.root,
            sshCommand: workspace.configuration.sshCommand,
            isAgreed: try workspace.isAgreed(to: target),
            sent: tally.add
        )
        return (host, target.name)
    }

    private func requireFiles(_ source: FilePath, _ destination: FilePath) throws {
        guard let status = try FileStatus.of(source, followingLinks: true), status.kind == .regular else {
            throw Failure(.failed, "there is no file \(QuotedPath.encode(input))")
        }
        let directory = destination.removingLastComponent()
        guard try FileStatus.of(directory, followingLinks: true)?.kind == .directory else {
            throw Failure(.failed, "there is no directory \(directory) for the outputs")
        }
        guard try FileStatus.of(destination, followingLinks: true)?.kind != .directory else {
            throw Failure(.usage, "\(QuotedPath.encode(output)) is a directory")
        }
        guard try !FileStatus.isSame(source, destination) else {
            throw Failure(.usage, "inputs and outputs are the same file")
        }
    }

    /// The seal of what the target has.
    private func current(of host: any ReleaseHost, _ name: TargetName) async throws -> ReleaseSeal {
        do {
            guard let release = try await host.current(),
                let seal = try await host.seals().first(where: { $0.release == release })
            else {
                throw Failure(
                    .failed,
                    "nothing was deployed to \(name)",
                    hints: ["deploy a version: `git model deploy VERSION \(name)`"]
                )
            }
            try await host.requireUsable(seal)
            return seal
        } catch let error as HostError { throw Failure(error, at: name) }
    }

    private func report(
        _ seal: ReleaseSeal,
        rows: Int,
        _ result: BatchStamp.Result,
        nanoseconds: Int64
    ) -> Report {
        var problems = result.first
        let unnamed = result.failed - result.first.count
        if unnamed > 0 { problems.append(Problem("\(unnamed) more rows", message: "failed")) }
        if rows != result.rows {
            let message = "there are \(rows) of inputs, and the command wrote \(result.rows)"
            problems.append(Problem("rows", message: message))
        }
        var report = Report(
            target: target,
            model: seal.model,
            version: seal.version,
            release: seal.release,
            digest: seal.digest,
            output: output,
            rows: rows,
            written: result.written,
            failed: result.failed + abs(rows - result.rows),
            nanoseconds: nanoseconds
        )
        switch onError {
        case .fail: report.problems = problems
        case .skip: report.warnings = problems.map { "left out: \($0.subject): \($0.message)" }
        }
        return report
    }
}
