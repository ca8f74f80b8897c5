import Git
import Migration
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model merge-driver`: merges pointers, descriptions of models and maps of imports, each as what it is.
package struct MergeDriver: Sendable {
    /// How the merge ended.
    package struct Report: Operations.Report {
        package var warnings: [String] = []
        package var hints: [String] = []
        /// `.negative` is a conflict, which Git notes in its index.
        package var outcome: Outcome

        private enum CodingKeys: CodingKey {}
    }

    /// The three files that Git wrote, whose result goes to `ours`, and what they hold.
    struct Sides: Sendable {
        /// Where they are.
        let (base, ours, theirs): (FilePath, FilePath, FilePath)
        /// Their bytes; no bytes where there is no common ancestor.
        let (old, left, right): ([UInt8], [UInt8], [UInt8])
    }

    private static let fileLimit = Int(ImportMap.byteLimit)

    private let base: String
    private let ours: String
    private let theirs: String
    private let path: String

    /// Creates the merge of three files that Git wrote, whose result goes to `ours`; `path` is what they are versions
    /// of, from the top of the repository.
    package init(base: String, ours: String, theirs: String, path: String) {
        self.base = base
        self.ours = ours
        self.theirs = theirs
        self.path = path
    }

    /// Merges.
    package func run(in context: Context) async throws -> Report {
        func file(_ name: String) -> FilePath { context.workingDirectory.pushing(FilePath(name)) }
        func read(_ name: String) throws -> [UInt8] {
            try DurableFile.read(file(name), limit: MergeDriver.fileLimit)
        }
        let sides = Sides(
            base: file(base),
            ours: file(ours),
            theirs: file(theirs),
            old: try read(base),
            left: try read(ours),
            right: try read(theirs)
        )
        if sides.left == sides.right || sides.right == sides.old { return Report(outcome: .ok) }
        if sides.left == sides.old {
            try DurableFile.write(sides.right, to: sides.ours)
            return Report(outcome: .ok)
        }
        if let model = ModelDescription.model(at: path) {
            return try await sides.mergeDescription(of: model, in: context)
        }
        if path.hasPrefix(ImportMap.directory + "/"), path.hasSuffix(ImportMap.fileSuffix) {
            return try await sides.mergeImports(at: path, in: context)
        }
        if path.hasSuffix(Pointer.fileSuffix) { return try await PointerMerge(sides, of: path).run(in: context) }
        return Report(outcome: try await sides.mergeLines(in: context))
    }
}

extension MergeDriver.Sides {
    /// Merges versions of a description, and marks only what both sides changed, each in its own way.
    func mergeDescription(of model: ModelName, in context: Context) async throws -> MergeDriver.Report {
        guard let merge = try? DescriptionMerge(of: model, base: old, ours: left, theirs: right) else {
            return MergeDriver.Report(outcome: try await mergeLines(in: context))
        }
        var report = MergeDriver.Report(
            outcome: try await finish(merge.base, merge.ours, merge.theirs, !merge.conflicts.isEmpty, in: context)
        )
        guard report.outcome == .negative else { return report }
        report.warnings = ["both sides changed \(merge.conflicts.joined(separator: ", ")) of model \(model)"]
        report.hints = [Failure.unmergedDescriptionHint(ModelDescription(model).path)]
        return report
    }

    /// Joins versions of a map of imports, and marks only names that mean another object on either side.
    fileprivate func mergeImports(at path: String, in context: Context) async throws -> MergeDriver.Report {
        var report = MergeDriver.Report(outcome: .ok)
        if let merge = try? ImportMapMerge(base: old, ours: left, theirs: right) {
            let names = merge.conflicts
            report.outcome = try await finish(merge.base, merge.ours, merge.theirs, !names.isEmpty, in: context)
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            let some = names.prefix(3).map(\.description).joined(separator: ", ")
            if !names.isEmpty { report.warnings = ["the sides have other objects for \(some)\(more) in \(path)"] }
        } else {
            report.outcome = try await mergeLines(in: context)
        }
        if report.outcome == .negative { report.hints = [Failure.unmergedImportsHint(path)] }
        return report
    }

    /// Writes what could be merged, and marks in it what is in conflict.
    private func finish(
        _ base: [UInt8],
        _ ours: [UInt8],
        _ theirs: [UInt8],
        _ hasConflicts: Bool,
        in context: Context
    ) async throws -> Outcome {
        try DurableFile.write(ours, to: self.ours)
        guard hasConflicts else { return .ok }
        try DurableFile.write(base, to: self.base)
        try DurableFile.write(theirs, to: self.theirs)
        return try await mergeLines(in: context)
    }

    /// Merges line by line, as Git does by itself (git-merge-file(1)).
    fileprivate func mergeLines(in context: Context) async throws -> Outcome {
        let git = GitProgram(directory: context.workingDirectory, environment: context.environment)
        let labels = ["ours", "base", "theirs"].flatMap { [GitArgument("-L"), GitArgument($0)] }
        let files = [ours, base, theirs].map { GitArgument($0) }
        // The exit code counts the conflicts.
        return try await git.run(["merge-file"] + labels + files, accepting: Set(0...127)).exitCode == 0
            ? .ok : .negative
    }
}
