import ModelCore
package import Runs
import SystemIO
import SystemPackage

/// `git model record`: notes something of the run that this process is part of.
package struct RecordInRun: Sendable {
    /// Larger plots are refused.
    private static let plotLimit = 64 << 20

    /// What is noted.
    package enum Item: Sendable {
        /// Values of metrics, each as `name=value`; without a step they come a step after the last ones.
        case metrics([String], step: Int64?)
        /// Hyperparameters, each as `name=value`; what looks like a number or truth value is one.
        case parameters([String])
        case note(String)
        /// A picture or a table of points; the file is copied.
        case plot(String, file: String)
        /// Something that the run made, which becomes an artifact if it succeeds.
        case artifact(String)
        /// Something outside the repository, and its digest where one is known.
        case reference(String, digest: String?)
    }

    /// That it was noted.
    package struct Report: Operations.Report {
        /// The run.
        package let run: RunID
    }

    private let item: Item
    private let text: String?

    /// Creates the operation on the run that the environment names, or on another one that is given.
    package init(_ item: Item, run text: String? = nil) {
        self.item = item
        self.text = text
    }

    /// Appends to the run's files.
    package func run(in context: Context) async throws -> Report {
        let (id, directory) = try await self.directory(in: context)
        let lines = RunLines(directory)
        switch item {
        case .metrics(let words, let step):
            let values = try words.map { word in
                let (name, text) = try pair(word)
                guard let value = JSONValue.number(text).metric ?? JSONValue.string(text).metric else {
                    throw Failure(.usage, "\(QuotedPath.encode(text)) is no number, as a metric has to be")
                }
                return (name, value)
            }
            let time = Timestamp(nanoseconds: context.now())
            for (name, value) in values { try lines.append(name, value, step: step, at: time) }
        case .parameters(let words):
            for (name, word) in try words.map(pair) {
                try lines.append(parameter: name, Redaction.value(word, of: name))
            }
        case .note(let note): try lines.append(note: note)
        case .plot(let name, let file):
            try RecordInRun.copy(context.workingDirectory.pushing(FilePath(file)), as: name, into: directory)
        case .artifact(let path):
            let place = context.workingDirectory.pushing(FilePath(path)).lexicallyNormalized()
            guard try FileStatus.of(place) != nil else {
                throw Failure(.failed, "there is no \(QuotedPath.encode(path))")
            }
            try lines.append(artifact: place.string)
        case .reference(let uri, let digest):
            if let digest, !RecordInRun.isDigest(digest) {
                throw Failure(
                    .usage,
                    "\(QuotedPath.encode(digest)) is no digest",
                    hints: ["write it as `--digest sha256:0123…`, or leave it out"]
                )
            }
            try lines.append(RunReference(uri: Redaction.value(uri), digest: digest))
        }
        return Report(run: id)
    }

    /// Whether a text is an algorithm and hexadecimal digits with a colon between.
    private static func isDigest(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return false }
        return parts[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            && parts[1].allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    /// Copies a plot into the run's directory, by a name that ends as the file's does.
    private static func copy(_ file: FilePath, as name: String, into directory: RunDirectory) throws {
        let ending = file.extension.map { ".\($0)" } ?? ""
        let path: RepositoryPath
        do { path = try RepositoryPath(name.hasSuffix(ending) ? name : name + ending) } catch {
            throw Failure(.usage, "\(QuotedPath.encode(name)) is no name of a plot", cause: error)
        }
        let place = try SafeRelativePath.resolve(root: directory.plots, components: path.components)
        let bytes = try DurableFile.read(file, limit: plotLimit)
        try Directories.create(place.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: place)
    }

    private func pair(_ word: String) throws -> (name: String, value: String) {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
            throw Failure(.usage, "\(QuotedPath.encode(word)) has no \"=\" between a name and a value")
        }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private func directory(in context: Context) async throws -> (RunID, RunDirectory) {
        if let text {
            let workspace = try await Workspace.open(in: context, bare: true)
            let run = try await workspace.runs.contents(on: workspace.pool).find(text)
            guard run.status == .running else {
                throw Failure(.failed, "run \(run.id.abbreviated) has ended, and what ended is not changed")
            }
            return (run.id, workspace.runs.directory(of: run.id))
        }
        // No repository is looked for: scripts ask often, and from wherever they are.
        guard let path = context.environment["GIT_MODEL_RUN_DIR"], !path.isEmpty,
            let id = context.environment["GIT_MODEL_RUN_ID"].flatMap({ RunID($0) })
        else {
            throw Failure(
                .failed,
                "no run is being recorded here",
                hints: ["record one: `git model run -- sh train.sh`", "or name it: `git model record --run ID …`"]
            )
        }
        let directory = RunDirectory(FilePath(path))
        guard let run = try directory.record(), run.id == id else {
            throw Failure(.failed, "there is no run \(id.abbreviated) in \(path)")
        }
        guard run.status == .running else {
            throw Failure(.failed, "run \(id.abbreviated) has ended, and what ended is not changed")
        }
        return (id, directory)
    }
}
