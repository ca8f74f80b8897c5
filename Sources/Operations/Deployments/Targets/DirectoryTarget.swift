import Deployment
import ModelCore
import Registry
import Remotes
import SystemIO
import SystemPackage

/// Deploys to a directory, here or on a host that is reached by SSH.
struct DirectoryTarget: TargetDriver {
    /// The keys that a target of that kind may have.
    static func keys(of kind: DeploymentTarget.Kind) -> Set<String> {
        let own: Set<String> =
            switch kind {
            case .directory: ["health"]
            case .process: ProcessTarget.keys
            case .batch, .oci, .kubernetes: []
            }
        return DeploymentTarget.commonKeys.union(["path", "paths"]).union(own)
    }

    private let target: DeploymentTarget
    private let context: Context
    private let host: any ReleaseHost
    /// The words of the command that says whether a release works; empty where there is none.
    private let health: [String]
    private let tally: ProgressTally
    private let said: Remarks

    /// Creates the driver of a target; a relative path counts from the top of the repository, and `sshCommand` is Git's
    /// `core.sshCommand`; `isAgreed` says whether the user agreed to the place.
    init(
        _ target: DeploymentTarget,
        in context: Context,
        relativeTo top: FilePath,
        sshCommand: String? = nil,
        isAgreed: Bool = false
    ) throws {
        try target.settings.requireKnown(DirectoryTarget.keys(of: target.kind))
        self.target = target
        self.context = context
        said = Remarks()
        health = try DirectoryTarget.health(of: target)
        let tally = ProgressTally(phase: "sending", sink: context.progress)
        self.tally = tally
        host = try DirectoryTarget.host(
            of: target,
            in: context,
            relativeTo: top,
            sshCommand: sshCommand,
            isAgreed: isAgreed,
            sent: tally.add
        )
    }

    /// Returns the same target for what has to be put back although the user has interrupted, under the lock that this
    /// one took.
    func uninterrupted(in context: Context) -> DirectoryTarget { DirectoryTarget(after: self, in: context) }

    private init(after other: DirectoryTarget, in context: Context) {
        target = other.target
        self.context = context
        host = other.host.uninterrupted()
        health = other.health
        tally = other.tally
        said = other.said
    }

    /// The words of the command that says whether a release works; empty where there is none.
    static func health(of target: DeploymentTarget) throws(TargetError) -> [String] {
        guard let text = target.settings.text("health") else { return [] }
        guard let words = ShellWord.words(of: text), words.first?.isEmpty == false else {
            throw target.settings.problem("health", "is \(QuotedPath.encode(text)), which takes a shell to understand")
        }
        return words
    }

    var journal: FilePath? { host.journal }

    var remarks: [String] { said.lines }

    func lock() async throws -> any TargetLock {
        let time = CivilDate.time(secondsSince1970: context.now() / 1_000_000_000)
        let user = context.environment["USER"] ?? context.environment["LOGNAME"] ?? "somebody"
        let note = "\(user) on \(Machine.hostName ?? "another machine"), since \(time)"
        return DirectoryLock(lock: try await doing { try await host.lock(noting: note) })
    }

    func current() async throws -> ReleaseID? { try await doing { try await host.current() } }

    func seals() async throws -> [ReleaseSeal] { try await doing { try await host.seals() } }

    func receive(_ release: Release, from source: any ReleaseSource) async throws -> [String: String] {
        tally.begin(release.id.text, byteCount: release.files.contentSize)
        defer { context.progress.finish() }
        try await doing { try await host.receive(release, from: { try await source.write(into: $0) }) }
        return [:]
    }

    func capture(
        _ words: [String],
        in release: ReleaseSeal,
        within seconds: Int
    ) async throws -> (output: [UInt8], exitCode: Int32)? {
        let (launch, directory) = (host.launch(of: release), host.layout.files(of: release.release))
        let variables = host is LocalReleaseHost ? context.environment : [:]
        return try await doing {
            try await TimeLimit.within(seconds, until: context.cancellation) {
                try await launch.capture(words, in: directory, input: [], variables: variables)
            }
        }
    }

    func tryOut(_ release: Release) async throws -> SmokeOutcome {
        try await doing { try await host.tryOut(release, asBatch: target.kind == .batch, timeout: target.timeout) }
    }

    func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws {
        try await doing { try await host.seal(seal, files) }
    }

    func reseal(_ seal: ReleaseSeal) async throws { try await doing { try await host.reseal(seal) } }

    func requireUsable(_ seal: ReleaseSeal) async throws { try await doing { try await host.requireUsable(seal) } }

    func activate(_ seal: ReleaseSeal) async throws { try await doing { try await host.activate(seal.release) } }

    func deactivate(_ release: ReleaseID) async throws { try await doing { try await host.deactivate(release) } }

    func differences(of seal: ReleaseSeal) async throws -> [String] {
        try await doing { try await host.differences(of: seal) }
    }

    func discard(_ release: ReleaseID) async throws { try await doing { try await host.discard(release) } }

    func checkHealth(of seal: ReleaseSeal) async throws {
        guard try await current() == seal.release else {
            throw Failure(.failed, "release \(seal.release) is not what \(host.layout.current) leads to")
        }
        // Going back needs no new trust: a command that came with a pull since then is nobody's word on what ran
        // before.
        guard !health.isEmpty else { return }
        guard try agreesToHealth else {
            said.add("the health command of \(target.name) did not run: nobody on this machine agreed to it")
            return
        }
        let result = try await capture(health, in: seal, within: target.timeout)
        let command = "the health command of \(target.name)"
        guard let result else { throw Failure(.failed, "\(command) did not end within \(target.timeout) s") }
        guard result.exitCode == 0 else {
            let last = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isNewline).last
            let said = last.map { ": \(QuotedPath.printable(String($0.prefix(300))))" } ?? ""
            throw Failure(.failed, "\(command) ended with exit code \(result.exitCode)\(said)")
        }
    }

    /// Whether the user of this machine agreed to the words of the health command, which a tracked file may bring.
    private var agreesToHealth: Bool {
        get throws {
            let entry = CommandAgreement.entry(for: health)
            if context.trustedURLs.contains(entry) { return true }
            return try TrustStore(environment: context.environment)?.contains(entry) ?? false
        }
    }

    /// Does something at the target, and says what went wrong there as the user should see it.
    private func doing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as HostError {
            throw Failure(error, at: target.name)
        } catch let error as ServeLaunchError {
            throw Failure(.failed, "a command cannot be run on \(target.name): \(error)")
        }
    }
}

/// The lock of a target's directory.
private struct DirectoryLock: TargetLock {
    let lock: any HostLock

    func release() async { await lock.release() }
}
