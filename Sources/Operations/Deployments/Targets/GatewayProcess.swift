import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage

/// Starts the gateway of a target's directory, as a process that goes on when this one ends.
struct GatewayProcess {
    /// The program's name.
    static let name = "git-model-gateway"
    /// How long a gateway may take beyond what its release may.
    private static let grace = 10
    private static let saidLimit: Int64 = 4096

    /// The gateway ended by itself, and is to be asked no more.
    private struct Ended: Error {
        let code: Int32
    }

    let configuration: GatewayConfiguration
    let layout: TargetLayout
    let context: Context

    /// Where the program is: beside this one, or else on the `PATH`.
    static func program(in context: Context) throws -> FilePath {
        let beside = Machine.program?.removingLastComponent().appending(name)
        if let beside, let status = try? FileStatus.of(beside, followingLinks: true), status.isExecutable {
            return beside
        }
        if let found = ExecutableSearch(path: context.environment["PATH"]).path(of: name) { return found }
        throw Failure(
            .failed,
            "there is no \(name) beside git-model, and none on the PATH",
            hints: ["install git-model again, all of it: docs/install.md"]
        )
    }

    /// Whether a process of this machine is a gateway by the name that the system has of it, its first 15 bytes.
    static func isGateway(_ process: Int32) -> Bool {
        let said = try? DurableFile.read(FilePath("/proc/\(process)/comm"), limit: 4096)
        return said.map { String(decoding: $0, as: UTF8.self) } == String(name.prefix(15)) + "\n"
    }

    /// Writes the configuration that every later start has, unless it is there: it names no release, so that the
    /// current one is served.
    func writeConfiguration() throws {
        try GatewayProcess.write(configuration, to: layout.gatewayConfiguration)
    }

    /// Starts a gateway with a release and waits until it serves that; throws, with nothing left running, where it does
    /// not.
    func start(_ release: ReleaseID) async throws {
        var first = configuration
        first.release = release
        let path = layout.temporary.appending("gateway-\(TemporaryFile.unusedName()).json")
        defer { try? DurableFile.remove(path) }
        var words = [GatewayProcess.name, path.string]
        do { try GatewayProcess.write(first, to: path) } catch {
            // A full disk keeps nobody from going back, and the release is the current one by now.
            try context.cancellation.check()
            words[1] = layout.gatewayConfiguration.string
        }
        let start = (try? FileStatus.of(layout.gatewayLog))?.size ?? 0
        let process = try DetachedProcess(
            GatewayProcess.program(in: context),
            words,
            environment: context.environment,
            directory: layout.root,
            log: layout.gatewayLog
        )
        do { try await wait(for: release, process) } catch let ended as Ended {
            throw Failure(
                ended.code == 4 ? .verification : .failed,
                "the gateway of \(layout.root) ended with exit code \(ended.code)\(said(since: start))",
                hints: ["see what it says: \(layout.gatewayLog)"]
            )
        } catch {
            await end(process)
            throw error
        }
    }

    /// Ends a gateway and waits for that, also once the user has interrupted: whoever goes back starts another one, and
    /// must not find one that is about to end.
    private func end(_ process: DetachedProcess) async {
        process.stop()
        // It waits for its clients, then for its release.
        if await hasEnded(process, within: 2 * (configuration.drainTimeout + GatewayProcess.grace)) { return }
        process.abort()
        _ = await hasEnded(process, within: GatewayProcess.grace)
    }

    private func hasEnded(_ process: DetachedProcess, within seconds: Int) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while process.exitCode() == nil {
            guard ContinuousClock.now < deadline else { return false }
            // A task that was cancelled would not sleep.
            await Task { try? await Task.sleep(for: .milliseconds(50)) }.value
        }
        return true
    }

    private func wait(for release: ReleaseID, _ process: DetachedProcess) async throws {
        let client = GatewayClient(layout, cancellation: context.cancellation)
        let seconds = configuration.startTimeout * 2 + GatewayProcess.grace
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            try context.cancellation.check()
            if let code = process.exitCode() { throw Ended(code: code) }
            // Another one's answers are not what is waited for.
            if let status = try? await client.status(), status.process == process.identifier,
                status.children.contains(where: { $0.release == release && $0.state == .ready && $0.percent == 100 })
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(
            .failed,
            "the gateway of \(layout.root) did not serve \(release) within \(seconds) s",
            hints: ["see what it says: \(layout.gatewayLog)"]
        )
    }

    /// The last error that the gateway wrote to its log.
    private func said(since start: Int64) -> String {
        guard let file = try? OpenFile(reading: layout.gatewayLog), let size = try? file.status().size else {
            return ""
        }
        // A smaller file was begun meanwhile, as the one before was full.
        let first = max(size < start ? 0 : start, size - GatewayProcess.saidLimit)
        var bytes = [UInt8](repeating: 0, count: Int(max(0, size - first)))
        var rest = bytes.mutableSpan
        let count = (try? rest.withUnsafeMutableBytes { try file.read(into: $0, at: first) }) ?? 0
        let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let line = lines.last(where: { $0.hasPrefix("error: ") }) else { return "" }
        let text = line.dropFirst("error: ".count)
        return ": " + (text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? QuotedPath.encode(String(text)) : String(text))
    }

    static func write(_ configuration: GatewayConfiguration, to path: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = JSONText.indented(try encoder.encode(configuration))
        // A disk that is full takes no second copy of what is there.
        if try FileStatus.of(path)?.kind == .regular, (try? DurableFile.read(path, limit: bytes.count)) == bytes {
            return
        }
        try DurableFile.write(bytes, to: path)
    }
}
