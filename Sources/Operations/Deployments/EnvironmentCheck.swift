import Deployment
import ModelCore
import Registry
import Runs
import SystemPackage

/// Asks the Python that is to run a release what it is and which packages it finds, and compares that with what the run
/// that made the version had.
struct EnvironmentCheck {
    private static let patience = 20
    /// The most bytes of an answer, and of a list of packages.
    private static let byteLimit = 4 << 20

    let session: TargetSession
    let prepared: PreparedRelease

    private var release: Release { prepared.release }

    /// Returns what is not as it was, a line each, or why that is not known; nothing where there is nothing to compare.
    ///
    /// The release has been received. Nothing is thrown: only trying it shows whether it works.
    func warnings() async -> [String] {
        guard let command else { return [] }
        do { return try await differences(for: command) } catch {
            return [
                "what \(release.tag) finds on \(session.target.name) was not compared with what its run had: \(error)"
            ]
        }
    }

    /// The words of the command that the target runs, where that is one of Python.
    private var command: [String]? {
        let (plan, kind) = (release.plan, session.target.kind)
        guard [.directory, .batch, .process].contains(kind) else { return nil }
        let first = kind == .batch ? plan.batch : plan.serve
        let words = first.isEmpty ? (kind == .batch ? plan.serve : plan.batch) : first
        let program = EnvironmentPrefix(of: words).command.first.flatMap { FilePath($0).lastComponent?.string }
        return program.map(InterpreterSearch.isPython) == true ? words : nil
    }

    private func differences(for command: [String]) async throws -> [String] {
        let workspace = session.workspace
        let evidence = try await workspace.evidence(
            at: prepared.version.commit,
            of: prepared.source.artifacts,
            for: release.model
        )
        guard let run = evidence.run, let environment = run.environment, let python = environment.python else {
            return []
        }
        let packages = try await packages(of: run)
        let inner = EnvironmentPrefix(of: command).command
        let answer = try await answer(to: command.dropLast(inner.count) + [inner[0], "-c", PythonInterpreter.question])
        let comparison = EnvironmentComparison(
            place: "\(QuotedPath.printable(inner[0])) on \(session.target.name)",
            run: "the run of \(release.tag)"
        )
        return comparison.lines(of: answer, python: python, packages: packages, isConda: environment.kind == .conda)
    }

    /// The packages that the run had; `nil` where its record has no list.
    private func packages(of run: RunRecord) async throws -> PackageList? {
        guard let file = run.file(.packages) else { return nil }
        guard file.size <= EnvironmentCheck.byteLimit else {
            throw Failure(.failed, "the list of its packages has \(file.size) bytes")
        }
        let files = RunFiles(workspace: session.workspace, store: try session.workspace.openStore().store)
        return try await files.bytes(of: .packages, of: run).map { PackageList($0) }
    }

    private func answer(to words: [String]) async throws -> PythonInterpreter.Answer {
        // What a trial would start is what is asked, and where it would be started.
        let draft = ReleaseSeal(release, smoke: SmokeOutcome(.unchecked))
        let result = try await session.driver.capture(words, in: draft, within: EnvironmentCheck.patience)
        guard let result else {
            throw Failure(.failed, "its Python did not answer within \(EnvironmentCheck.patience) s")
        }
        guard result.exitCode == 0 else {
            throw Failure(.failed, "its Python ended with exit code \(result.exitCode)")
        }
        guard result.output.count <= EnvironmentCheck.byteLimit,
            let answer = PythonInterpreter.answer(parsing: result.output)
        else { throw Failure(.failed, "its Python does not say which packages it has") }
        return answer
    }
}
