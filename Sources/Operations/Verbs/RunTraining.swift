import Git
import ModelCore
import Registry
package import Runs
import SystemIO
import SystemPackage

/// `git model run`: runs a command, and records everything that it takes to run it again, and what came of it.
package struct RunTraining: Sendable {
    /// What was run.
    package struct Report: Operations.Report {
        /// The record, as it was closed.
        package internal(set) var run: RunRecord
        /// Where everything that was recorded is.
        package let directory: String
        /// The files that metrics were read from.
        package let sources: [String]
        /// The runs that were begun inside of it, by MLflow's calls.
        package internal(set) var nested: [RunID] = []
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
        /// The command's exit code; 125 where it succeeded and its outputs could not be added.
        package internal(set) var exitCode: Int32
    }

    /// What the user asks for.
    package struct Request: Sendable {
        /// The command, its program first.
        package var command: [String]
        /// What the run is called.
        package var name: String?
        /// Files of hyperparameters; the later ones win.
        package var parameterFiles: [String] = []
        /// Hyperparameters as `key=value`, which win over files and over the command's own words.
        package var settings: [String] = []
        /// What the command reads: paths and URLs.
        package var data: [String] = []
        /// What becomes an artifact when the command succeeds.
        package var outputs: [String] = []
        /// Where packages come from.
        package var environment = EnvironmentChoice.automatic
        /// Hyperparameters that are known already; all others win over them.
        package var parameters: [String: ParameterValue] = [:]
        /// The run that this one does again.
        package var reproduces: RunID?
        /// Whether the command's standard output goes to the standard error, for this command's own result is there.
        package var keepsOutputApart = false

        /// Creates a request for a command and nothing else.
        package init(command: [String]) { self.command = command }
    }

    private let request: Request

    /// Creates the operation.
    package init(_ request: Request) { self.request = request }

    /// Records, runs, and records again; the command's own failure is no error.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let program = try self.program(in: context)
        try RunOutputs(request.outputs, in: workspace).requirePossible()
        var recorder = try await RunRecorder.begin(workspace, name: request.name, command: request.command)
        do {
            try await describe(&recorder, in: workspace)
            try context.cancellation.check()
        } catch {
            try? workspace.runs.remove(recorder.record.id)
            throw error
        }
        let end = try await execute(program, recorder.directory, recorder.record.id, in: context)
        return await close(recorder, end, in: workspace)
    }

    /// Returns where the program is.
    private func program(in context: Context) throws -> FilePath {
        guard let name = request.command.first else {
            let hint = "name it behind two dashes: `git model run -- python train.py`"
            throw Failure(.usage, "no command was named", hints: [hint])
        }
        let search = InterpreterSearch(environment: context.environment, directory: context.workingDirectory)
        guard let program = search.program(name), let status = try FileStatus.of(program, followingLinks: true) else {
            throw Failure(.commandNotFound, "there is no command \(QuotedPath.encode(name))")
        }
        guard status.kind == .regular, status.isExecutable else {
            throw Failure(.commandNotExecutable, "\(QuotedPath.encode(name)) cannot be run")
        }
        return program
    }

    /// Records data, parameters and environment, and that the run begins now.
    func describe(_ recorder: inout RunRecorder, in workspace: Workspace) async throws {
        let context = workspace.context
        var parameters = try self.parameters(in: context, &recorder)
        Redaction.apply(to: &parameters)
        var digests = DataDigests(workspace, tracked: try await workspace.pointers())
        var data: [RunData] = []
        for argument in request.data { data.append(try await digests.data(argument)) }
        recorder.warnings += data.compactMap { digests.warning(about: $0) }
        digests.save()
        let capture = EnvironmentCapture(
            choice: request.environment,
            // A notebook says nothing of its interpreter.
            command: request.command.isEmpty ? ["python3"] : request.command,
            environment: context.environment,
            directory: context.workingDirectory,
            root: workspace.root
        )
        var found = try await workspace.pool.run { try capture.findings() }
        recorder.warnings += found.problems
        if let packages = found.packages {
            found.environment.packages = try recorder.write(packages, to: RunDirectory.packagesName)
        }
        try recorder.update { record in
            record.parameters = parameters
            record.data = data
            record.environment = found.environment
            record.reproduces = request.reproduces
            // What came before took as long as packages and changed files are many.
            record.started = Timestamp(nanoseconds: context.now())
        }
    }

    private func parameters(
        in context: Context,
        _ recorder: inout RunRecorder
    ) throws -> [String: ParameterValue] {
        var parameters = request.parameters
        let usual = Parameters.usualFileNames.filter { name in
            ((try? FileStatus.of(context.workingDirectory.appending(name))) ?? nil) != nil
        }
        for file in request.parameterFiles.isEmpty ? usual : request.parameterFiles {
            let path = context.workingDirectory.pushing(FilePath(file))
            do {
                let bytes = try DurableFile.read(path, limit: Parameters.byteLimit)
                parameters.merge(try Parameters.read(bytes, named: file)) { $1 }
            } catch {
                let message = "cannot read the parameters of \(QuotedPath.encode(file))"
                guard request.parameterFiles.isEmpty else {
                    // The file is the user's own, and nothing of git-model's is damaged.
                    guard let error = error as? FormatError else { throw Failure(.failed, message, cause: error) }
                    throw Failure(.failed, "\(message): \(error)", hints: ["mend it, or name another: `--params FILE`"])
                }
                // It may be another tool's.
                recorder.warnings.append("\(message): \(error)")
            }
        }
        parameters.merge(CommandFlags.parameters(in: request.command)) { $1 }
        for setting in request.settings {
            guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
                throw Failure(.usage, "\(QuotedPath.encode(setting)) is no parameter: write `--set key=value`")
            }
            parameters[String(setting[..<equals])] = ParameterValue(
                word: String(setting[setting.index(after: equals)...])
            )
        }
        return parameters
    }

    /// Runs the command, and watches the machine meanwhile.
    private func execute(
        _ program: FilePath,
        _ directory: RunDirectory,
        _ id: RunID,
        in context: Context
    ) async throws -> ForegroundProcess.End {
        let variables = RunVariables.values(for: id, in: directory, beside: context.environment)
        let environment = context.environment.merging(variables) { $1 }
        let process: ForegroundProcess
        do {
            process = try ForegroundProcess(
                program,
                request.command,
                environment: environment,
                directory: context.workingDirectory,
                outputToErrors: request.keepsOutputApart
            )
        } catch {
            try? Directories.removeTree(directory.path)
            throw Failure(.commandNotExecutable, "cannot run \(QuotedPath.encode(request.command[0]))", cause: error)
        }
        context.forwardSignals(process.identifier)
        // What came before that was meant for the command, too.
        if context.cancellation.isCancelled { process.interrupt() }
        let watch = MachineWatch(directory.system, environment: context.environment)
        defer { watch.stop() }
        return await withCheckedContinuation { continuation in
            WorkerThread.start {
                let end = process.wait()
                context.forwardSignals(nil)
                continuation.resume(returning: end)
            }
        }
    }

    /// Closes the record, then reads what the command wrote about itself, and adds the outputs of one that succeeded.
    ///
    /// The command has ended, and how is what counts: what goes wrong from here on is only said.
    private func close(
        _ recorder: consuming RunRecorder,
        _ end: ForegroundProcess.End,
        in workspace: Workspace
    ) async -> Report {
        let ended = Timestamp(nanoseconds: workspace.context.now())
        recorder.note { $0.close(end, at: ended) }
        let ending = RunEnding(
            workspace: workspace,
            directory: workspace.context.workingDirectory,
            outputs: request.outputs
        )
        var report = await ending.report(on: &recorder, exitCode: end.code)
        if end.code == 0, !report.problems.isEmpty { report.exitCode = 125 }
        return report
    }
}

extension RunRecord {
    /// Notes how the command ended.
    fileprivate mutating func close(_ end: ForegroundProcess.End, at time: Timestamp) {
        ended = time
        exitCode = end.exitCode.map(Int.init)
        signal = end.signal.map(Int.init)
        status = end.signal != nil ? .killed : end.exitCode == 0 ? .finished : .failed
        resources = RunResources(
            userSeconds: end.userSeconds,
            systemSeconds: end.systemSeconds,
            peakMemory: end.peakMemory,
            isMemoryBound: end.isMemoryBound
        )
    }
}
