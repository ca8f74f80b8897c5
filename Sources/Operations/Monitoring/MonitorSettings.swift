import Deployment
import ModelCore
import Monitoring
import Registry
import SystemPackage
import Transport

/// What is watched of a target and what is done about it, `[monitor "TARGET"]` of the configuration.
struct MonitorSettings: Sendable {
    /// What is done when a rule is breached.
    enum Action: Sendable, Hashable {
        /// Nothing but to say so.
        case warn
        /// A URL is told.
        case webhook(String)
        /// The last good version is put back.
        case rollback
    }

    static let keys: Set<String> = [
        "rule", "source", "action", "cooldown", "limit", "features", "predictions", "interval",
    ]
    /// The most rules of a target.
    private static let ruleLimit = 200

    let target: TargetName
    let rules: [MonitorRule]
    let source: MonitorSource
    let actions: [Action]
    /// How many seconds have to pass between two automatic rollbacks.
    let cooldown: Int
    /// How many automatic rollbacks there may be in a day.
    let limit: Int
    let paths: PayloadPaths
    /// How many seconds pass between two looks.
    let interval: Int

    /// Reads the settings of a target; throws a `Failure` that names the key.
    init(of target: DeploymentTarget, in workspace: Workspace) throws {
        let name = target.name
        let keys = workspace.configuration.monitor(of: name.text)
        func failure(_ key: String, _ problem: String) -> Failure {
            Failure(.failed, "monitor.\(name).\(key) \(problem)")
        }
        if let odd = keys.values.keys.sorted().first(where: { !MonitorSettings.keys.contains($0) }) {
            throw failure(odd, "is not known; known are \(MonitorSettings.keys.sorted().joined(separator: ", "))")
        }
        func seconds(_ key: String, _ fallback: Int, from least: Int) throws -> Int {
            guard let text = keys.text(key) else { return fallback }
            guard let seconds = MonitorRule.seconds(text), seconds >= least else {
                throw failure(key, "is \(QuotedPath.encode(text)), which is no time such as 10m")
            }
            return seconds
        }
        self.target = name
        rules = try MonitorSettings.rules(keys.values["rule"] ?? [], of: name, failure)
        source = try MonitorSettings.source(keys.text("source"), of: target, in: workspace, failure)
        actions = try (keys.values["action"] ?? ["warn"]).map { text in
            guard let action = MonitorSettings.action(text) else {
                throw failure(
                    "action",
                    "is \(QuotedPath.encode(text)), which is none of warn, webhook URL and rollback"
                )
            }
            return action
        }
        cooldown = try seconds("cooldown", 600, from: 1)
        interval = try seconds("interval", 60, from: 1)
        guard let limit = MonitorSettings.number(keys.text("limit"), or: 2) else {
            throw failure("limit", "is no number from 0 to 1000")
        }
        self.limit = limit
        do {
            paths = try PayloadPaths(features: keys.text("features"), predictions: keys.text("predictions"))
        } catch { throw failure("features or predictions", "is wrong: \(error)") }
    }

    private static func rules(
        _ texts: [String],
        of target: TargetName,
        _ failure: (String, String) -> Failure
    ) throws -> [MonitorRule] {
        guard !texts.isEmpty else {
            let command = "git config -f \(Configuration.path) --add monitor.\(target).rule 'error_rate <= 0.01'"
            throw Failure(.failed, "nothing says what has to hold of \(target)", hints: ["say it: `\(command)`"])
        }
        guard texts.count <= ruleLimit else { throw failure("rule", "has too many values") }
        return try texts.map { text in
            do throws(MonitorRuleError) { return try MonitorRule(text) } catch {
                throw failure("rule", "is \(QuotedPath.encode(error.text)), and \(error.problem)")
            }
        }
    }

    private static func number(_ text: String?, or fallback: Int) -> Int? {
        guard let text else { return fallback }
        return Int(text).flatMap { (0...1000).contains($0) ? $0 : nil }
    }

    private static func action(_ text: String) -> Action? {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        switch (words.first, words.count) {
        case ("warn", 1): return .warn
        case ("rollback", 1): return .rollback
        case ("webhook", 2) where HTTPAddress(words[1]) != nil: return .webhook(words[1])
        default: return nil
        }
    }

    private static func source(
        _ text: String?,
        of target: DeploymentTarget,
        in workspace: Workspace,
        _ failure: (String, String) -> Failure
    ) throws -> MonitorSource {
        guard let text else {
            if target.kind == .process { return .gateway }
            throw failure("source", "is not set, and only targets of the kind process have a gateway of their own")
        }
        guard let source = MonitorSource(text, from: workspace.root) else {
            throw failure(
                "source",
                "is \(QuotedPath.encode(text)), which is none of gateway, prometheus URL and log PATH"
            )
        }
        if case .gateway = source, target.kind != .process {
            throw failure("source", "is gateway, which only targets of the kind process have")
        }
        return source
    }
}
