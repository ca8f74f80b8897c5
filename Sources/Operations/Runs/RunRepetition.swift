import Git
import ModelCore
import Runs
import Store
import SystemIO
import SystemPackage

/// A run that is done again in a worktree: the same code, data, command and variables.
struct RunRepetition {
    let run: RunRecord
    let worktree: RunWorktree
    let files: RunFiles
    /// What is linked from the user's own work tree.
    private var links: [RunDataCheck.Link] = []
    /// Whether `PYTHONPATH` leads to the worktree what the interpreter would import from the user's own.
    private var leadsImports = false
    /// What `PYTHONPATH` was without that.
    private var ownPath: String?

    init(run: RunRecord, worktree: RunWorktree, files: RunFiles) {
        self.run = run
        self.worktree = worktree
        self.files = files
    }

    /// Puts everything there as it was; returns what to warn of, and throws for what would make it another run.
    mutating func prepare() async throws -> [String] {
        let difference = try await files.bytes(of: .difference, of: run)
        if let difference {
            do { try await worktree.workspace.repository.apply(difference) } catch {
                throw Failure(nil, "what differed from the commit cannot be applied to it", cause: error)
            }
        }
        var warnings = missingCode
        warnings += try await worktree.checkOutSubmodules(difference)
        warnings += try await worktree.restore(from: files.store)
        let found = try await dataCheck.run(run.data)
        links = found.links
        return warnings + found.warnings
    }

    /// What to say of code that the run had and its record has not.
    private var missingCode: [String] {
        if let paths = run.code.leftOut, !paths.isEmpty {
            return [
                "not in the record of run \(run.id.abbreviated), and so not here as the run had it: "
                    + UntrackedFiles.list(paths)
            ]
        }
        guard run.code.isDirty, run.code.difference == nil else { return [] }
        return [
            "the code of run \(run.id.abbreviated) differed from its commit, and the record does not have how: "
                + "here it is as in the commit"
        ]
    }

    private var dataCheck: RunDataCheck { RunDataCheck(worktree: worktree.workspace, owner: worktree.owner) }

    /// Runs the command, and records it as a run of its own.
    mutating func start() async throws -> RunTraining.Report {
        var context = worktree.workspace.context
        context.workingDirectory = try worktree.directory(of: run)
        context.environment.merge(variables) { $1 }
        let imports = try await imports(in: context)
        if let path = imports?.path {
            (leadsImports, ownPath) = (true, context.environment["PYTHONPATH"])
            context.environment["PYTHONPATH"] = path
        }
        var report = try await run(in: context)
        report.warnings = (imports?.warnings ?? []) + report.warnings
        do { report.warnings += try await dataCheck.changes(of: links) } catch {
            report.warnings.append("whether the data are what they were cannot be told: \(error)")
        }
        return report
    }

    /// Returns what leads to the worktree what the interpreter of the command imports of the user's own work tree.
    private func imports(in context: Context) async throws -> EditableImports? {
        guard !worktree.owner.isBare else { return nil }
        let command = try worktree.command(of: run)
        let search = InterpreterSearch(environment: context.environment, directory: context.workingDirectory)
        guard let python = search.python(of: command) else { return nil }
        var environment = context.environment
        // What it names is in hand already.
        let path = environment.removeValue(forKey: "PYTHONPATH")
        let interpreter = PythonInterpreter(python, environment: environment)
        guard let answer = try await worktree.workspace.pool.run({ interpreter.answer }) else { return nil }
        return try EditableImports(
            answer,
            from: worktree.owner.root,
            to: worktree.workspace.root,
            besides: path
        )
    }

    private func run(in context: Context) async throws -> RunTraining.Report {
        do { return try await RunTraining(request()).run(in: context) } catch let failure as Failure {
            // The exit codes of `run` would say that this is one.
            guard failure.kind == .commandNotFound || failure.kind == .commandNotExecutable else { throw failure }
            throw Failure(.failed, "cannot do run \(run.id.abbreviated) again", cause: failure)
        }
    }

    private func request() throws -> RunTraining.Request {
        var request = RunTraining.Request(command: try worktree.command(of: run))
        request.name = "reproduce-\(run.id.abbreviated)"
        request.parameters = run.parameters
        request.data = run.data.map { data in
            data.kind == .url ? data.source : worktree.workspace.root.pushing(FilePath(data.source)).string
        }
        if let image = run.environment?.image { request.environment = .docker(image) }
        request.reproduces = run.id
        // What this verb finds is its own result.
        request.keepsOutputApart = true
        return request
    }

    /// The variables that the run had, but for what names places of the machine or was taken out.
    private var variables: [String: String] {
        (run.environment?.variables ?? [:]).filter { name, value in
            EnvironmentCapture.records(variable: name) && !value.hasPrefix("/") && !value.contains(Redaction.mark)
                && name != "CONDA_DEFAULT_ENV" && name != "SLURM_JOB_ID"
        }
    }

    /// Returns what is different around a run that was just done from what was around the earlier one, and what to warn
    /// of.
    func differences(to again: RunRecord) async throws -> (found: [EnvironmentDifference], warnings: [String]) {
        guard let earlier = run.environment, var environment = again.environment else { return ([], []) }
        // What is done here to lead imports is no difference.
        if leadsImports { environment.variables["PYTHONPATH"] = ownPath.map(Redaction.value) }
        var warnings: [String] = []
        var lists: [PackageList?] = []
        for record in [run, again] {
            do {
                lists.append(try await files.bytes(of: .packages, of: record).map { PackageList($0) })
            } catch {
                if worktree.owner.context.cancellation.isCancelled { throw error }
                warnings.append("packages cannot be compared: \(error)")
                lists.append(nil)
            }
        }
        return (environment.differences(from: earlier, packages: lists[1], earlierPackages: lists[0]), warnings)
    }

    /// Returns the oids of what the command made of the run's outputs; `nil` for what it did not make.
    func outputs() async throws -> [(output: RunOutput, oid: String?)] {
        let workspace = worktree.workspace
        var cache = workspace.openStatCache()
        let hash = ArtifactHash(pool: workspace.pool, cancellation: workspace.context.cancellation)
        var found: [(output: RunOutput, oid: String?)] = []
        for output in run.outputs {
            let path = try RepositoryPath(output.path)
            let included = try await workspace.includedFiles(of: path)
            let made = try ArtifactFiles(at: workspace.location(of: path), isIncluded: included)
            guard let made else {
                found.append((output, nil))
                continue
            }
            let pointer = try await hash.pointer(of: made, cache: &cache)
            found.append((output, pointer.oid.description))
        }
        return found
    }
}
