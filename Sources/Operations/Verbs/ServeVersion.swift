package import Deployment
import ModelCore
import Registry
import SystemIO
import SystemPackage
import Transport

/// `git model serve`: runs the gateway, in the foreground, for a version or for what a target has.
package struct ServeVersion: Sendable {
    /// What was served.
    package struct Report: Operations.Report {
        /// The target; `nil` where a version was named.
        package var target: String?
        /// The model; `nil` for a target.
        package var model: String?
        /// The version, as `v1.2.3`; `nil` for a target.
        package var version: String?
        /// The release; `nil` for a target, which may have had several meanwhile.
        package var release: ReleaseID?
        package var warnings: [String] = []
        /// The gateway's exit code.
        package var exitCode: Int32 = 0
    }

    /// What is served.
    package enum Subject: Sendable {
        /// A version, in the user's words, at a host and port.
        case version(String, host: String, port: Int)
        /// What a target of the kind `process` has, as its keys say.
        case target(String)
    }

    private let subject: Subject

    /// Creates the operation.
    package init(_ subject: Subject) { self.subject = subject }

    /// Serves until the gateway is stopped, by a signal for one.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        switch subject {
        case .version(let text, let host, let port):
            return try await serve(text, host: host, port: port, in: workspace)
        case .target(let name): return try await serve(targetNamed: name, in: workspace)
        }
    }

    private func serve(_ text: String, host: String, port: Int, in workspace: Workspace) async throws -> Report {
        let context = workspace.context
        let target = try DeploymentTarget(TargetSettings(TargetName("serve"), ["kind": ["process"]]))
        var preparation = try await ReleasePreparation(text, for: target, in: workspace)
        let prepared = try await preparation.run()
        let release = prepared.release
        guard !release.plan.serve.isEmpty else {
            throw Failure(
                .failed,
                "\(release.tag) has no serve command",
                hints: ["say how it is served: `git model describe --help`, then tag a version that has it"]
            )
        }
        try workspace.requireAgreement(toRun: release.plan.serve, of: release.tag)
        let program = try GatewayProcess.program(in: context)
        let copy = try ServedCopy(of: release, in: workspace.modelDirectory)
        defer { try? copy.remove() }
        try await copy.fill(release, from: prepared.source, in: context)
        var configuration = GatewayConfiguration(root: copy.layout.root.string)
        (configuration.host, configuration.port) = (host, port)
        configuration.release = release.id
        try GatewayProcess.write(configuration, to: copy.layout.gatewayConfiguration)
        var report = Report(model: release.model.text, version: release.version, release: release.id)
        report.warnings = prepared.warnings
        report.exitCode = try await execute(program, copy.layout, in: context)
        return report
    }

    private func serve(targetNamed name: String, in workspace: Workspace) async throws -> Report {
        let configured = try await workspace.deployedTarget(named: name)
        guard configured.target.kind == .process else {
            throw Failure(.usage, "\(name) is a target of the kind \(configured.target.kind.rawValue), not process")
        }
        // As for going back: what was deployed there was agreed to, unless the clone itself brought it.
        try workspace.requireAgreement(toGoingBackOn: configured)
        let driver = try ProcessTarget(configured.target, in: workspace)
        guard let current = try await driver.current() else {
            throw Failure(
                .failed,
                "nothing was deployed to \(name)",
                hints: ["deploy a version: `git model deploy VERSION \(name)`"]
            )
        }
        try await driver.requireAgreement(toStart: current)
        if let canary = try await driver.canary() { try await driver.requireAgreement(toStart: canary.release) }
        let program = try GatewayProcess.program(in: workspace.context)
        try driver.gateway().writeConfiguration()
        return Report(
            target: name,
            warnings: driver.remarks,
            exitCode: try await execute(program, driver.layout, in: workspace.context)
        )
    }

    /// Runs the gateway in the place of this process, as far as terminals and signals go, and returns its exit code.
    private func execute(_ program: FilePath, _ layout: TargetLayout, in context: Context) async throws -> Int32 {
        let words = [GatewayProcess.name, layout.gatewayConfiguration.string]
        let process = try ForegroundProcess(
            program,
            words,
            environment: context.environment,
            directory: layout.root,
            outputToErrors: true
        )
        context.forwardSignals(process.identifier)
        if context.cancellation.isCancelled { process.interrupt() }
        return await withCheckedContinuation { continuation in
            WorkerThread.start {
                let end = process.wait()
                context.forwardSignals(nil)
                continuation.resume(returning: end.code)
            }
        }
    }
}
