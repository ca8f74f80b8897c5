import Deployment
import ModelCore
import Monitoring
import Registry
import SystemIO
import SystemPackage
import Transport

/// Deploys to a directory of this machine whose releases a gateway serves: it moves the traffic, and needs no restart
/// for that.
///
/// The link `current` is changed before the traffic moves, so that a gateway that is started again serves what the link
/// says.
struct ProcessTarget: TargetDriver {
    /// The keys that only a target of this kind has.
    static let keys: Set<String> = [
        "listen", "concurrency", "bodylimit", "requesttimeout", "draintimeout", "log", "payloads", "features",
        "predictions",
    ]
    private static let healthPatience = 10

    /// What a gateway is to be started with by the target's keys, or why it cannot be.
    let configuration: Result<GatewayConfiguration, any Error>
    /// What is where.
    let layout: TargetLayout
    private let files: DirectoryTarget
    let target: DeploymentTarget
    let workspace: Workspace
    /// Who tells the gateway.
    let client: GatewayClient
    let said = Remarks()

    /// Creates the driver of a target; throws `TargetError`, and not yet for keys that a gateway cannot be started
    /// with: they keep nobody from going back.
    ///
    /// A relative path counts from the top of the repository.
    init(_ target: DeploymentTarget, in workspace: Workspace) throws {
        let (context, top) = (workspace.context, workspace.root)
        guard case .here(let path) = try DirectoryTarget.place(of: target, in: context, relativeTo: top) else {
            throw target.settings.problem("path", "is on another host; a gateway is told what to do where it runs")
        }
        self.target = target
        self.workspace = workspace
        files = try DirectoryTarget(target, in: context, relativeTo: top)
        layout = TargetLayout(path)
        configuration = Result { try ProcessTarget.configuration(of: target, in: path, context) }
        client = GatewayClient(layout, of: target.name, cancellation: context.cancellation)
        guard layout.canHaveSocket else {
            throw target.settings.problem("path", "is too long for the gateway's socket, \(layout.gatewaySocket)")
        }
    }

    private static func configuration(
        of target: DeploymentTarget,
        in path: FilePath,
        _ context: Context
    ) throws -> GatewayConfiguration {
        let settings = target.settings
        var configuration = GatewayConfiguration(root: path.string)
        if let text = settings.text("listen") {
            guard let place = HostAndPort(text, defaultPort: configuration.port) else {
                throw settings.problem("listen", "is \(QuotedPath.encode(text)), which is not HOST:PORT")
            }
            (configuration.host, configuration.port) = (place.host, place.port)
        }
        configuration.startTimeout = target.timeout
        configuration.concurrency = try settings.integer("concurrency", in: 1...100_000, or: configuration.concurrency)
        configuration.bodyLimit = try settings.integer("bodylimit", in: 0...(1 << 40), or: configuration.bodyLimit)
        configuration.requestTimeout = try settings.integer(
            "requesttimeout",
            in: 1...86400,
            or: configuration.requestTimeout
        )
        configuration.drainTimeout = try settings.integer("draintimeout", in: 0...86400, or: configuration.drainTimeout)
        configuration.requestLog = try settings.text("log").map { try requestLog($0, in: path, settings) }
        configuration.logsPayloads = try settings.flag("payloads", or: false)
        configuration.features = try jsonPath("features", settings)
        configuration.predictions = try jsonPath("predictions", settings)
        return configuration
    }

    /// What no gateway could be started with is refused here, where somebody reads it.
    private static func jsonPath(_ key: String, _ settings: TargetSettings) throws -> String? {
        guard let text = settings.text(key) else { return nil }
        do { _ = try PayloadPaths(features: text) } catch {
            throw settings.problem(key, "is \(QuotedPath.encode(text)), which is no JSON path")
        }
        return text
    }

    /// Where the log of requests is: below the target's directory, for a tracked file may say it.
    private static func requestLog(
        _ text: String,
        in path: FilePath,
        _ settings: TargetSettings
    ) throws -> String {
        do {
            let components = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            return try SafeRelativePath.resolve(root: path, components: components).string
        } catch {
            throw settings.problem("log", "is \(QuotedPath.encode(text)), which is no path in the target's directory")
        }
    }

    var context: Context { workspace.context }

    var journal: FilePath? { files.journal }

    var remarks: [String] { files.remarks + said.lines }

    func lock() async throws -> any TargetLock { try await files.lock() }

    func current() async throws -> ReleaseID? { try await files.current() }

    func seals() async throws -> [ReleaseSeal] { try await files.seals() }

    func receive(_ release: Release, from source: any ReleaseSource) async throws -> [String: String] {
        guard !release.plan.serve.isEmpty else {
            throw Failure(
                .failed,
                "\(release.tag) has no serve command, and \(target.name) serves",
                hints: ["say how it is served: `git model describe --serve …`"]
            )
        }
        return try await files.receive(release, from: source)
    }

    func capture(
        _ words: [String],
        in release: ReleaseSeal,
        within seconds: Int
    ) async throws -> (output: [UInt8], exitCode: Int32)? {
        try await files.capture(words, in: release, within: seconds)
    }

    /// The gateway starts the release beside what runs; where there is none yet, it is tried without one.
    func tryOut(_ release: Release) async throws -> SmokeOutcome {
        guard let status = try await client.status() else { return try await files.tryOut(release) }
        let draft = ReleaseSeal(release, smoke: SmokeOutcome(.unchecked))
        let path = layout.provisionalSeal(of: release.id)
        try DurableFile.write(try SealFile.bytes(of: draft), to: path, durable: false)
        defer { try? DurableFile.remove(path) }
        let outcome = try await client.prepare(release.id, skipsSample: false, within: patience)
        // It may have failed by what a key no longer says, such as the time that it had.
        if outcome.result == .failed { noteKeys(unknownTo: status) }
        return outcome
    }

    func seal(_ seal: ReleaseSeal, _ listing: TreeListing) async throws { try await files.seal(seal, listing) }

    func reseal(_ seal: ReleaseSeal) async throws { try await files.reseal(seal) }

    func requireUsable(_ seal: ReleaseSeal) async throws {
        try requireAgreement(toStart: seal)
        try await files.requireUsable(seal)
    }

    func activate(_ seal: ReleaseSeal) async throws {
        try await requireAgreement(toActivate: seal)
        try await run(seal)
        noteStart(of: seal)
    }

    private func run(_ seal: ReleaseSeal) async throws {
        guard let status = try await client.status() else {
            try forgetCanary(unlessOf: seal.release)
            try await begin(seal)
            return try DurableFile.remove(layout.canary)
        }
        let isReady = status.children.contains { $0.release == seal.release && $0.servesWhatIsThere }
        if !isReady {
            let outcome = try await client.prepare(seal.release, skipsSample: seal.isUntried, within: patience)
            guard outcome.result != .failed else {
                throw Failure(
                    .verification,
                    "\(seal.release) does not work any more on \(target.name): \(outcome.found)"
                )
            }
        }
        try leaveConfiguration(beside: status)
        try forgetCanary(unlessOf: seal.release)
        try await files.activate(seal)
        try await client.change(to: seal.release)
        try DurableFile.remove(layout.canary)
    }

    /// Starts the first gateway, or the next one where none runs any more.
    func begin(_ seal: ReleaseSeal) async throws {
        let process = try gateway()
        try process.writeConfiguration()
        try await files.activate(seal)
        try await process.start(seal.release)
        said.add(
            "a gateway was started for \(target.name), and ends with this machine; let systemd run it: docs/serving.md"
        )
    }

    func checkHealth(of seal: ReleaseSeal) async throws {
        try await files.checkHealth(of: seal)
        guard let status = try await client.status() else {
            throw Failure(.failed, "the gateway of \(target.name) does not run")
        }
        guard let child = status.children.first(where: { $0.release == seal.release && $0.servesWhatIsThere }) else {
            throw Failure(.failed, "the gateway of \(target.name) does not serve \(seal.release)")
        }
        guard try isShare(child.percent, of: seal.release) else {
            throw Failure(.failed, "\(seal.release) has \(child.percent) % of the traffic of \(target.name)")
        }
        try await ask("http://\(ProcessTarget.reached(status.address))/health")
    }

    /// After the machine was started again, no gateway may run.
    func isServed(_ release: Release, as seal: ReleaseSeal) async throws -> Bool {
        do { try await checkHealth(of: seal) } catch {
            try context.cancellation.check()
            return false
        }
        return true
    }

    private func ask(_ url: String) async throws {
        let transport = HTTPTransport(TransportSettings(), pool: .shared, cancellation: context.cancellation)
        let answer: HTTPResponse?
        do {
            answer = try await TimeLimit.within(ProcessTarget.healthPatience) {
                try await transport.send(HTTPRequest(.get, url), answerLimit: 1 << 20)
            }
        } catch { throw Failure(.failed, "\(url) cannot be reached", cause: error) }
        guard let answer else {
            throw Failure(.failed, "\(url) did not answer within \(ProcessTarget.healthPatience) s")
        }
        guard answer.isSuccess else { throw Failure(.failed, "\(url) answers \(answer.status)") }
    }

    /// Where a server is reached from its own machine that listens at all addresses.
    static func reached(_ address: String) -> String {
        if address.hasPrefix("0.0.0.0:") { return "127.0.0.1" + address.dropFirst("0.0.0.0".count) }
        if address.hasPrefix("[::]:") { return "[::1]" + address.dropFirst("[::]".count) }
        return address
    }

    func differences(of seal: ReleaseSeal) async throws -> [String] { try await files.differences(of: seal) }

    /// A gateway whose only release this is has nothing to serve any more: it ends.
    func deactivate(_ release: ReleaseID) async throws {
        try await files.deactivate(release)
        guard let status = try await client.status() else { return }
        if status.children.contains(where: { $0.release == release && $0.percent == 100 }) {
            // It waits first for who still sends a request, then for what its release works on.
            let drainTimeout = try (status.configuration ?? gateway().configuration).drainTimeout
            try await client.stop(within: 2 * drainTimeout + ProcessTarget.healthPatience)
        } else {
            try await client.abort(release)
        }
    }

    func discard(_ release: ReleaseID) async throws {
        if try await client.status() != nil { try await client.abort(release) }
        try await files.discard(release)
    }

    /// How long a release may take until it was tried: to be ready, and to answer.
    var patience: Int { target.timeout * 2 + 10 }
}
