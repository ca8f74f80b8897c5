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
        let changed = try workspace.write(description)
        // One that was written before and never staged is staged now; one that a sparse checkout left out is not there.
        let path = try RepositoryPath(description.path)
        if try FileStatus.of(workspace.location(of: path)) != nil {
            try await workspace.repository.index.stage([GitPath(path.text)])
        }
        return report(on: description, isChanged: !changed.isEmpty, in: workspace)
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
        if let command = changes.serve { description.serve = try DescribeModel.words(of: command) }
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

    private static func words(of command: String) throws -> [String] {
        guard let words = ShellWord.words(of: command), words.first != "" else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(command)) takes a shell to understand",
                hints: ["name the shell: `--serve \"sh -c '…'\"`"]
            )
        }
        return words
    }
}
