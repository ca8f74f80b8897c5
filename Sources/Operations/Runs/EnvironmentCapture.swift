import Codec
import ModelCore
import Runs
import SystemIO
import SystemPackage

/// Records what a command finds around it: system, processors, interpreter, packages, locks.
struct EnvironmentCapture {
    /// What was found, and the list of packages as their tool reads it.
    struct Findings {
        var environment: RunEnvironment
        var packages: [UInt8]?
        /// What could not be found out.
        var problems: [String] = []
    }

    private static let questionMilliseconds = 20_000
    private static let lockNames = [
        "uv.lock", "poetry.lock", "pixi.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "environment.yml",
        "environment.yaml", "requirements.txt",
    ]
    private static let lockLimit = 64 << 20
    private static let variableNames: Set<String> = [
        "PYTHONHASHSEED", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "CUDA_VISIBLE_DEVICES",
        "CUBLAS_WORKSPACE_CONFIG", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NCCL_DEBUG",
        "WORLD_SIZE", "RANK", "LOCAL_RANK", "SLURM_JOB_ID",
    ]
    private static let variablePrefixes = ["TORCH_", "PYTORCH_", "TF_", "JAX_", "XLA_", "HF_", "TRANSFORMERS_"]

    let choice: EnvironmentChoice
    let command: [String]
    let environment: [String: String]
    let directory: FilePath
    /// The top of the repository.
    let root: FilePath

    /// Looks at everything; blocks for as long as the interpreter takes to answer.
    func findings() throws -> Findings {
        var found = Findings(environment: RunEnvironment(kind: .none))
        found.environment.architecture = Machine.architecture
        found.environment.system = system
        found.environment.processors = Machine.processorCount
        found.environment.variables = variables
        found.environment.locks = locks
        addAccelerators(to: &found.environment)
        if case .docker(let image) = choice {
            found.environment.kind = .docker
            found.environment.image = try ContainerImage(environment: environment).withDigest(image)
        }
        let search = InterpreterSearch(environment: environment, directory: directory)
        // Who says where packages come from means those of what is active.
        let named = choice == .conda || choice == .pip ? search.usual : nil
        let (own, isUnknown) = search.finding(for: command)
        guard let python = own ?? named else {
            guard choice == .automatic || found.environment.kind == .docker else {
                throw Failure(.failed, "cannot find the Python that \(QuotedPath.encode(command.first ?? "")) uses")
            }
            if choice == .automatic, let warning = unknownPython(isUsed: isUnknown) { found.problems.append(warning) }
            return found
        }
        guard let answer = PythonInterpreter(python, environment: commandEnvironment).answer else {
            let message = "\(python) does not say which packages it has"
            // That the command uses it may be no more than a guess.
            guard choice == .conda || choice == .pip else {
                found.problems.append(message)
                return found
            }
            throw Failure(.failed, message, hints: ["see whether it works: `\(python) -m pip list`"])
        }
        found.environment.python = answer.python
        let conda = CondaPackages(prefix: answer.prefix)
        let isConda = choice == .conda || (choice != .pip && conda.isThere)
        if found.environment.kind != .docker {
            found.environment.kind = isConda ? .conda : answer.isVirtual ? .venv : .system
        }
        found.packages = isConda ? conda.environmentFile(adding: answer.packages) : answer.requirements
        return found
    }

    /// What to say where an environment is active, and nothing tells that the command uses a Python, and where nothing
    /// tells which one it uses.
    private func unknownPython(isUsed: Bool) -> String? {
        let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].lazy.compactMap { commandEnvironment[$0] }.first { !$0.isEmpty }
        guard let active else {
            guard isUsed else { return nil }
            return "packages are not in the record, for nothing tells which Python "
                + "\(QuotedPath.encode(command.first ?? "")) uses: if it is that of PATH, say so with `--env pip` or "
                + "`--env conda`"
        }
        return "packages are not in the record, for nothing tells that \(QuotedPath.encode(command.first ?? "")) uses "
            + "a Python: if it uses that of \(QuotedPath.encode(active)), say so with `--env pip` or `--env conda`"
    }

    private var system: String? {
        let file = try? DurableFile.read("/etc/os-release", limit: 64 << 10)
        let lines = String(decoding: file ?? [], as: UTF8.self).split(separator: "\n")
        let name = lines.first { $0.hasPrefix("PRETTY_NAME=") }.map {
            String($0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" })
        }
        let parts = [name, Machine.kernel].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The variables that the command gets, where `env` stands in front of it, too.
    private var commandEnvironment: [String: String] { EnvironmentPrefix(of: command).environment(of: environment) }

    private var variables: [String: String] {
        let kept = commandEnvironment.filter { name, _ in EnvironmentCapture.records(variable: name) }
        return Dictionary(uniqueKeysWithValues: kept.map { ($0.key, Redaction.value($0.value, of: $0.key)) })
    }

    /// Whether a variable of that name may make a difference, and so is in the record.
    static func records(variable name: String) -> Bool {
        variableNames.contains(name) || name.hasSuffix("SEED")
            || variablePrefixes.contains { name.hasPrefix($0) }
                // Those are Terraform's.
                && !["TF_VAR_", "TF_TOKEN_", "TF_CLI_"].contains(where: name.hasPrefix)
    }

    /// The digests of files that fix packages, where the command runs and at the top.
    private var locks: [String: String] {
        var found: [String: String] = [:]
        for place in Set([directory, root]) {
            for name in EnvironmentCapture.lockNames {
                let path = place.appending(name)
                guard let bytes = try? DurableFile.read(path, limit: EnvironmentCapture.lockLimit) else { continue }
                var below = path
                let isInside = below.removePrefix(root)
                found[isInside ? below.string : path.string] = "sha256:\(SHA256.digest(of: bytes).hex)"
            }
        }
        return found
    }

    private func addAccelerators(to found: inout RunEnvironment) {
        guard let program = ExecutableSearch(path: environment["PATH"]).path(of: "nvidia-smi"),
            let output = ProgramOutput.of(
                program,
                ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
                environment: environment,
                within: EnvironmentCapture.questionMilliseconds
            )
        else { return }
        let rows = String(decoding: output, as: UTF8.self).split(separator: "\n").map { row in
            row.split(separator: ",").map { String($0.drop { $0 == " " }) }
        }
        found.accelerators = rows.compactMap { $0.count >= 2 ? "\($0[0]) \($0[1])" : $0.first }
        found.cuda = rows.first.flatMap { $0.count >= 3 ? "driver \($0[2])" : nil }
    }
}
