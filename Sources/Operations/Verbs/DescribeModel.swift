import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model describe`: says what a model is, or shows it.
package struct DescribeModel: Sendable {
    private let model: String?
    private let changes: ModelChanges

    /// Creates the operation on the model of that name, or on the only one; without changes it only reads.
    package init(_ model: String? = nil, _ changes: ModelChanges = ModelChanges()) {
        self.model = model
        self.changes = changes
    }

    /// Changes and stages the description, and returns what it says.
    package func run(in context: Context) async throws -> ModelReport {
        guard !changes.isEmpty else {
            let workspace = try await Workspace.open(in: context, bare: true)
            return report(on: try current(in: workspace), isChanged: false, in: workspace)
        }
        let workspace = try await Workspace.open(in: context)
        let signature = try await signature(in: workspace)
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        try await workspace.repository.index.requireUnlocked()
        var description = try current(in: workspace)
        try apply(to: &description, in: workspace)
        if let signature { description.signature = signature }
        var template: LaidTemplate?
        if let wanted = changes.serveTemplate { template = try await workspace.lay(wanted) }
        let changed = try workspace.write(description)
        // One that was written before and never staged is staged now; one that a sparse checkout left out is not there.
        let path = try RepositoryPath(description.path)
        if try FileStatus.of(workspace.location(of: path)) != nil {
            try await workspace.repository.index.stage([GitPath(path.text)])
        }
        if let laid = template?.laid, !laid.isEmpty {
            try await workspace.repository.index.stage(laid.map { GitPath($0.text) })
        }
        var report = report(on: description, isChanged: !changed.isEmpty, in: workspace)
        report.laid = template?.laid.map(\.text) ?? []
        report.warnings += template?.warnings ?? []
        return report
    }

    private func report(on description: ModelDescription, isChanged: Bool, in workspace: Workspace) -> ModelReport {
        var report = ModelReport(description, isChanged: isChanged)
        report.warnings = workspace.cardWarnings(of: description)
        return report
    }

    private func current(in workspace: Workspace) throws -> ModelDescription {
        try workspace.modelDescription(named: model) { "git model describe \($0)" }
    }

    private func signature(in workspace: Workspace) async throws -> ModelSignature? {
        guard let name = changes.signature, !name.isEmpty else { return nil }
        let file = SignatureFile(name, in: workspace.context)
        return try await workspace.pool.run { try file.signature() }
    }

    private func apply(to description: inout ModelDescription, in workspace: Workspace) throws {
        func text(_ new: String?, _ old: String?) -> String? {
            guard let new else { return old }
            return new.isEmpty ? nil : new
        }
        description.task = text(changes.task, description.task)
        description.license = text(changes.license, description.license)
        description.base = text(changes.base, description.base)
        if changes.signature == "" { description.signature = nil }
        if let sample = changes.sample {
            description.sample = try sample.isEmpty ? nil : path(sample, in: workspace)
        }
        try applyExpectation(to: &description, in: workspace)
        if let template = changes.serveTemplate {
            description.serve = template.words
            description.endpoint = template.endpoint
            description.health = template.health
        }
        if let command = changes.serve { description.serve = try DescribeModel.words(of: command, option: "--serve") }
        if let command = changes.batch { description.batch = try DescribeModel.batch(of: command) }
        if let route = changes.endpoint { description.endpoint = try DescribeModel.route(route, option: "--endpoint") }
        if let route = changes.health { description.health = try DescribeModel.route(route, option: "--health") }
        if let card = changes.card { description.card = try card.isEmpty ? nil : self.card(card, in: workspace) }
        for item in changes.metadata {
            guard let equals = item.firstIndex(of: "="), equals != item.startIndex else {
                throw Failure(.usage, "'\(item)' is no metadata", hints: ["write it as `--meta key=value`"])
            }
            let value = String(item[item.index(after: equals)...])
            description.metadata[String(item[..<equals])] = value.isEmpty ? nil : value
        }
    }

    private func applyExpectation(to description: inout ModelDescription, in workspace: Workspace) throws {
        if let expected = changes.expected {
            guard !expected.isEmpty else {
                description.expectation = nil
                return
            }
            let path = try path(expected, in: workspace)
            description.expectation?.path = path
            description.expectation = description.expectation ?? ModelExpectation(at: path)
        }
        guard changes.rtol != nil || changes.atol != nil || changes.comparison != nil else { return }
        guard var expectation = description.expectation else {
            throw Failure(
                .usage,
                "model \(description.name) has no expected outputs to compare with",
                hints: ["name them: `git model describe \(description.name) --expect PATH`"]
            )
        }
        expectation.comparison = changes.comparison ?? expectation.comparison
        expectation.rtol = changes.rtol ?? expectation.rtol
        expectation.atol = changes.atol ?? expectation.atol
        description.expectation = expectation
    }

    /// Returns the path that an argument means, of a file or directory that is there, or of an artifact.
    private func path(_ argument: String, in workspace: Workspace) throws -> RepositoryPath {
        let given = try workspace.path(argument)
        let path = given.removingPointerSuffix ?? given
        for candidate in [path, path.appendingPointerSuffix] {
            if try FileStatus.of(workspace.location(of: candidate)) != nil { return path }
        }
        throw Failure(.failed, "there is no file \(QuotedPath.encode(argument))")
    }

    private func card(_ argument: String, in workspace: Workspace) throws -> String {
        argument.firstRange(of: "://") == nil ? try path(argument, in: workspace).text : argument
    }

    private static func words(of command: String, option: String) throws -> [String] {
        guard let words = ShellWord.words(of: command), words.first != "" else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(command)) takes a shell to understand",
                hints: ["name the shell: `\(option) \"sh -c '…'\"`"]
            )
        }
        return words
    }

    private static func batch(of command: String) throws -> [String] {
        let words = try words(of: command, option: "--batch")
        guard words.isEmpty || words.contains(where: { $0.contains("{in}") }) else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(command)) does not say where its inputs are",
                hints: ["say it by {in} and {out}: `--batch \"python batch.py {in} {out}\"`"]
            )
        }
        return words
    }

    /// Returns a path on a server; `nil` for an empty text.
    private static func route(_ text: String, option: String) throws -> String? {
        guard !text.isEmpty else { return nil }
        guard ModelDescription.isRoute(text) else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(text)) is no path on a server",
                hints: ["write it as in a URL, after the host and port: `\(option) /ping`"]
            )
        }
        return text
    }
}
