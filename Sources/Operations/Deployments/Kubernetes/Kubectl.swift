import Kubernetes
import ModelCore
import SystemIO
import SystemPackage

/// The user's `kubectl`, with the context and namespace of a target: it knows the cluster, and how to log in there.
struct Kubectl: Sendable {
    private static let outputLimit = 8 << 20
    /// How long the cluster may take to answer a request, in seconds.
    private static let requestTimeout = 30

    /// What it said.
    struct Answer: Sendable {
        let output: [UInt8]
        /// Its exit code; `nil` where it was killed.
        let exitCode: Int?
        /// What it wrote to its standard error, without its log's lines.
        let complaint: String
    }

    let target: String
    private let settings: KubernetesSettings
    private var context: Context
    private let pool: WorkerPool

    init(_ settings: KubernetesSettings, for target: String, in workspace: Workspace) {
        self.settings = settings
        self.target = target
        context = workspace.context
        pool = workspace.pool
    }

    /// The same for what has to be done also once the user has interrupted.
    var uninterrupted: Kubectl {
        var copy = self
        copy.context.cancellation = Cancellation()
        return copy
    }

    /// Runs a command that has to work out, and returns its output; `purpose` is what it is for, as in "cannot …".
    @discardableResult
    func run(_ words: [String], input: JSONValue? = nil, to purpose: String) async throws -> [UInt8] {
        let answer = try await answer(to: words, input: input.map { $0.line } ?? [])
        guard answer.exitCode == 0 else { throw failure(answer, to: purpose) }
        return answer.output
    }

    /// Runs a command that reads a text, and has to work out.
    func run(_ words: [String], text: String, to purpose: String) async throws {
        let answer = try await answer(to: words, input: Array(text.utf8))
        guard answer.exitCode == 0 else { throw failure(answer, to: purpose) }
    }

    /// Returns an object of the cluster; `nil` where there is none.
    func object(_ kind: String, _ name: String, to purpose: String) async throws -> JSONValue? {
        let output = try await run(["get", kind, name, "--output=json", "--ignore-not-found"], to: purpose)
        guard output.contains(where: { $0 > 0x20 }) else { return nil }
        do { return try JSONValue(parsing: output) } catch {
            throw Failure(.failed, "cannot \(purpose): kubectl does not answer with JSON", cause: error)
        }
    }

    /// Runs a command and returns what it said, whether it worked out or not.
    ///
    /// `seconds` is how long it may take beside what a request may take, where it is not over with one.
    func answer(to words: [String], input: [UInt8] = [], within seconds: Int? = nil) async throws -> Answer {
        guard let program = ExecutableSearch(path: context.environment["PATH"]).path(of: "kubectl") else {
            throw Failure(
                .failed,
                "cannot reach the cluster of \(target): there is no kubectl in PATH",
                hints: [
                    "install it: `apt-get install kubernetes-client`, or as kubernetes.io says",
                    "or let others apply what Git has: `git config -f .mver/config deploy.\(target).apply gitops`",
                ]
            )
        }
        var arguments = ["kubectl"] + words + ["--namespace=\(settings.namespace)"]
        if let name = settings.context { arguments.append("--context=\(name)") }
        // What waits for something asks again and again by itself.
        if seconds == nil { arguments.append("--request-timeout=\(Kubectl.requestTimeout)s") }
        let milliseconds = Int64(4 * Kubectl.requestTimeout + (seconds ?? 0)) * 1000
        let (complete, context) = (arguments, context)
        return try await pool.run {
            let answer: ProgramAnswer
            do {
                answer = try ProgramAnswer(
                    of: program,
                    complete,
                    environment: context.environment,
                    input: input,
                    mayAskUser: context.hasTerminal,
                    limit: Kubectl.outputLimit,
                    within: milliseconds,
                    cancellation: context.cancellation
                )
            } catch let absence as ProgramAnswer.Absence {
                throw Kubectl.failure(absence)
            }
            return Answer(
                output: answer.output,
                exitCode: answer.exitCode,
                complaint: Kubectl.complaint(in: answer.errorText)
            )
        }
    }

    private static func failure(_ absence: ProgramAnswer.Absence) -> Failure {
        switch absence {
        case .verbose(let limit): Failure(.failed, "kubectl prints more than \(limit) bytes")
        case .late(let milliseconds):
            Failure(.unreachable, "kubectl did not come to an end within \(milliseconds / 1000) s")
        }
    }

    /// Returns the lines that are no log's, which begin with a letter and the date: `E1126 18:57:49.146805 …`.
    private static func complaint(in text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).filter { line in
            let head = line.utf8.prefix(5)
            let isLog =
                head.count == 5 && "EWIF".utf8.contains(head.first ?? 0)
                && head.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return !isLog
        }
        return lines.suffix(3).map { String($0.prefix(500)) }.joined(separator: "; ")
    }
}
