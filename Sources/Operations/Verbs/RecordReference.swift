import Git
import ModelCore
import Monitoring
import Registry
import SystemIO
import SystemPackage

/// `git model record reference` of a table: what the model's live traffic is compared with.
package struct RecordReference: Sendable {
    /// What was written.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The profile's path, from the top of the repository.
        package let path: String
        /// Whether the profile or the description differs from what was there.
        package let isChanged: Bool
        /// How many rows were read.
        package let rows: Int
        /// How many features the profile has.
        package let features: Int
        /// Whether it has the predictions too.
        package let hasPredictions: Bool
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// How a table is read.
    package struct Options: Sendable {
        /// The model; `nil` for the only one.
        package var model: String?
        /// The column that the predictions are in; `nil` for none.
        package var predictions: String?
        /// The columns that are features; empty for all others.
        package var columns: [String] = []

        /// Creates the usual options.
        package init() {}
    }

    private let file: String
    private let options: Options

    /// Creates the operation on a file of CSV, TSV or JSON lines.
    package init(_ file: String, options: Options = Options()) {
        self.file = file
        self.options = options
    }

    /// Whether what the user typed is a table that is here, and not something that is only named.
    ///
    /// Where no run is being recorded that could name it, a table that is missing was mistyped.
    package static func isTable(_ text: String, in context: Context) -> Bool {
        let path = context.workingDirectory.pushing(FilePath(text))
        guard !text.contains("://"), ReferenceData.Form(of: path) != nil else { return false }
        guard let status = try? FileStatus.of(path, followingLinks: true) else {
            return context.environment["GIT_MODEL_RUN_DIR"]?.isEmpty ?? true
        }
        return status.kind == .regular
    }

    /// Reads the table once, and writes and stages the profile and the description that names it.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let name = try workspace.modelDescription(named: options.model).name
        let profile = try await profile(in: context, on: workspace.pool)
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        try await workspace.repository.index.requireUnlocked()
        // The table may have taken long to read.
        var description = try workspace.modelDescription(named: name.text)
        let path = try RepositoryPath(description.referencePath)
        let location = try workspace.location(of: path)
        let bytes = profile.encoded
        let limit = ReferenceProfile.byteLimit
        let isNew = try FileStatus.of(location) == nil || DurableFile.read(location, limit: limit) != bytes
        if isNew {
            try Directories.create(location.removingLastComponent())
            try DurableFile.write(bytes, to: location)
        }
        description.reference = path
        let changed = try workspace.write(description)
        try await workspace.repository.index.stage([GitPath(path.text), GitPath(description.path)])
        return report(on: profile, of: description, isChanged: isNew || !changed.isEmpty)
    }

    private func report(on profile: ReferenceProfile, of model: ModelDescription, isChanged: Bool) -> Report {
        var report = Report(
            model: model.name.text,
            path: model.referencePath,
            isChanged: isChanged,
            rows: profile.rows,
            features: profile.features.count,
            hasPredictions: profile.predictions != nil
        )
        let odd = profile.columns.filter { profile.features[$0]?.count == 0 }
        if !odd.isEmpty { report.warnings = ["no row has a value of \(odd.joined(separator: ", "))"] }
        if isChanged { report.hints = ["commit it: `git commit`"] }
        return report
    }

    private func profile(in context: Context, on pool: WorkerPool) async throws -> ReferenceProfile {
        let path = context.workingDirectory.pushing(FilePath(file))
        guard let form = ReferenceData.Form(of: path) else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(file)) is no table whose form is known",
                hints: ["its name should end with .csv, .tsv, .jsonl or .ndjson"]
            )
        }
        let data = ReferenceData(
            path,
            form: form,
            columns: options.columns.isEmpty ? nil : options.columns,
            prediction: options.predictions
        )
        let cancellation = context.cancellation
        do {
            let profile = try await pool.run { try data.profile { cancellation.isCancelled } }
            try cancellation.check()
            return profile
        } catch let error as ReferenceDataError {
            throw Failure(.failed, "cannot make a reference profile of \(QuotedPath.encode(file))", cause: error)
        }
    }
}
