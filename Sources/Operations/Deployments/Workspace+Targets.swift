import Git
import Deployment
import ModelCore
import OCI
import Registry
import SystemPackage

/// A target, and what it takes that the user agreed to it.
struct ConfiguredTarget: Sendable {
    /// The keys that neither say where something is written to nor how.
    private static let harmlessKeys: Set<String> = ["kind", "model", "stage", "keep", "timeout", "paths"]

    /// The keys of a gateway that open it to others, or say what it writes down.
    private static let gatewayKeys: Set<String> = ["features", "listen", "log", "payloads", "predictions"]

    /// The keys that may name a layout, in a directory.
    private static let layoutKeys = ["base", "to"]

    let target: DeploymentTarget
    /// What the user agrees to: `deploy:` and where the target is, as one absolute path or URL, with what else tracked
    /// files say of a gateway.
    let agreement: String
    /// Whether only the user's own levels of the configuration say where it is.
    let isOwn: Bool

    init(_ keys: Configuration.TargetKeys, in workspace: Workspace) throws {
        target = try DeploymentTarget(TargetSettings(try TargetName(keys.name), keys.values))
        isOwn = keys.trackedKeys.isSubset(of: ConfiguredTarget.harmlessKeys)
        agreement = "deploy:" + ConfiguredTarget.address(of: target, keys, in: workspace)
    }

    private static func address(
        of target: DeploymentTarget,
        _ keys: Configuration.TargetKeys,
        in workspace: Workspace
    ) -> String {
        let path = target.settings.text("path") ?? ""
        switch target.kind {
        case .directory, .batch:
            return workspace.context.agreedURL(path, from: workspace.root)
        case .process:
            // Who may reach the gateway, and what it keeps of what people send.
            let words = words(
                of: keys.values.filter { gatewayKeys.contains($0.key) && keys.trackedKeys.contains($0.key) }
            )
            let place = workspace.context.agreedURL(path, from: workspace.root)
            return words.isEmpty ? place : "\(place)?\(words)"
        case .oci, .kubernetes:
            // Whatever is set decides what is written to whom.
            var values = keys.values.filter { !harmlessKeys.contains($0.key) }
            for key in layoutKeys { values[key] = values[key]?.map { absolute($0, in: workspace) } }
            if target.settings.text("apply") == "gitops" { values["remote"] = followedURL(in: workspace).map { [$0] } }
            let words = words(of: values)
            return "\(target.kind.rawValue)://\(target.name)?\(words)"
        }
    }

    /// Returns an image's place as it is in every repository: a layout with its absolute path.
    private static func absolute(_ image: String, in workspace: Workspace) -> String {
        guard let reference = try? ImageReference(image), case .layout(let path) = reference.place else { return image }
        let place = workspace.root.pushing(FilePath(workspace.context.expandingHome(path))).lexicallyNormalized()
        return "oci:\(place)" + (reference.tag.map { ":\($0)" } ?? "") + (reference.digest.map { "@\($0)" } ?? "")
    }

    /// The URL of the Git remote whose branch a cluster follows; `nil` where nothing can be pushed to any.
    private static func followedURL(in workspace: Workspace) -> String? {
        guard let name = try? workspace.registryRemote(), let url = workspace.configuration.gitRemoteURLs[name] else {
            return nil
        }
        return workspace.context.agreedURL(GitURL.withoutLogin(url), from: workspace.root)
    }

    private static func words(of values: [String: [String]]) -> String {
        values.sorted { $0.key < $1.key }.flatMap { key, values in values.map { "\(key)=\($0)" } }
            .joined(separator: "&")
    }
}

extension Workspace {
    /// Returns the targets that can be read, in the order of their first mention, and what is wrong with the others.
    func targets() -> (targets: [ConfiguredTarget], problems: [Problem]) {
        var targets: [ConfiguredTarget] = []
        var problems: [Problem] = []
        for keys in configuration.targets {
            do { targets.append(try ConfiguredTarget(keys, in: self)) } catch {
                problems.append(Problem(keys.name, error))
            }
        }
        return (targets, problems)
    }

    /// Returns the target of that name, or the only one where none is named.
    func target(named name: String?) throws -> ConfiguredTarget {
        let all = configuration.targets
        if let name {
            _ = try TargetName(name)
            if let keys = all.first(where: { $0.name == name }) { return try ConfiguredTarget(keys, in: self) }
            throw Failure(
                .failed,
                "there is no target '\(name)'",
                hints: all.isEmpty
                    ? [Workspace.targetHint(name)] : ["there are: \(all.map(\.name).joined(separator: ", "))"]
            )
        }
        guard let first = all.first else {
            throw Failure(.failed, "no target is set up", hints: [Workspace.targetHint("edge")])
        }
        guard all.count == 1 else {
            throw Failure(
                .usage,
                "it is not clear which target is meant: \(all.map(\.name).joined(separator: ", "))",
                hints: ["name the one you mean"]
            )
        }
        return try ConfiguredTarget(first, in: self)
    }

    /// Returns the target likewise; of one that only another commit declares, the records tell that there is one.
    func deployedTarget(named name: String?) async throws -> ConfiguredTarget {
        guard let name, let other = try? TargetName(name), !configuration.targets.contains(where: { $0.name == name }),
            try await recordedTargets().contains(other)
        else { return try target(named: name) }
        throw Failure(
            .failed,
            "something was deployed to '\(name)', and what is checked out declares no such target",
            hints: [
                "check out a commit that declares it: `git switch BRANCH`",
                "or declare it for this clone: `git config git-model.deploy.\(name).kind KIND`, and its path likewise",
            ]
        )
    }

    private static func targetHint(_ name: String) -> String {
        "declare one: `git config -f \(Configuration.path) deploy.\(name).kind directory`, and its path likewise"
    }

    /// Refuses to ask or tell anything of a target that is not on this machine, until its user agreed to it: a tracked
    /// file may name any registry, cluster or host.
    func requireAgreement(toReach configured: ConfiguredTarget) throws {
        if try localPlace(of: configured.target) == nil { try requireAgreement(to: configured) }
    }

    /// Refuses to go back on a target of another machine, or one that the clone itself may have brought, seals and all;
    /// any other was agreed to when something was deployed there.
    func requireAgreement(toGoingBackOn configured: ConfiguredTarget) throws {
        if try localPlace(of: configured.target) == nil || mayHaveBrought(configured.target) {
            try requireAgreement(to: configured)
        }
    }

    /// Refuses to run a command of a release that the clone itself may have brought, seal and all, until the user
    /// agreed to exactly its words; those of any other were agreed to when it was deployed.
    func requireAgreement(toRun words: [String], of seal: ReleaseSeal, on target: DeploymentTarget) throws {
        if try mayHaveBrought(target) { try requireAgreement(toRun: words, of: seal.tag) }
    }

    /// Whether what is in a target's directory on this machine may have come with the clone, which a checkout writes to
    /// also where Git ignores what is there.
    func mayHaveBrought(_ target: DeploymentTarget) throws -> Bool {
        guard let named = try localPlace(of: target) else { return false }
        let (place, top) = (try ResolvedPath.of(named), try ResolvedPath.of(root))
        return place.starts(with: top) || top.starts(with: place)
    }

    /// The directory of a target on this machine; `nil` where the target is elsewhere.
    func localPlace(of target: DeploymentTarget) throws -> FilePath? {
        switch target.kind {
        case .oci, .kubernetes: return nil
        case .directory, .batch, .process:
            switch try DirectoryTarget.place(of: target, in: context, relativeTo: root) {
            case .here(let path): return path
            case .elsewhere: return nil
            }
        }
    }

    /// Whether the user set a target up themselves, or agreed to where it is.
    func isAgreed(to target: DeploymentTarget) throws -> Bool {
        let configured = try self.target(named: target.name.text)
        return try configured.isOwn || agrees(toEntry: configured.agreement)
    }

    /// Whether the user agreed to exactly this entry, for good or for this invocation.
    func agrees(toEntry entry: String) throws -> Bool {
        if context.trustedURLs.contains(entry) { return true }
        return try TrustStore(environment: context.environment)?.contains(entry) ?? false
    }
}
