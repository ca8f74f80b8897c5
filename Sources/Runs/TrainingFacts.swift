import ModelCore

/// What is known of a training from its results: metrics and parameters, each with where it is known from.
package struct TrainingFacts: Sendable {
    /// Where something is known from.
    package enum Source: Sendable, Hashable {
        /// A file, by its path from the top of the repository.
        case file(String)
        /// A run's record.
        case run(RunID)
    }

    /// A value, and where it is known from.
    package struct Fact<Value: Sendable>: Sendable {
        /// The value.
        package let value: Value
        /// Where it is known from.
        package let source: Source
        /// Why it may not be what its name stands for, as a clause; `nil` where nothing speaks against it.
        ///
        /// A file that counts more cannot be read then, and may tell of the same name.
        package var doubt: String?
    }

    /// A file of metrics that cannot be read.
    package struct DamagedFile: Sendable {
        /// The file.
        package let file: MetricFile
        /// Why, as a clause.
        package let problem: String

        /// Names a file that cannot be read.
        package init(_ file: MetricFile, problem: String) {
            self.file = file
            self.problem = problem
        }
    }

    /// The bytes of the files that a state of a repository has.
    package struct Files: Sendable {
        /// The files that metrics are read from, with their bytes.
        package var metrics: [(file: MetricFile, bytes: [UInt8])] = []
        /// The files that metrics would be read from if somebody could.
        package var damagedMetrics: [DamagedFile] = []
        /// The paths of the files that parameters are read from, with their bytes; of several in a directory the first
        /// one counts.
        package var parameters: [(path: String, bytes: [UInt8])] = []

        /// Creates an empty set of files.
        package init() {}
    }

    /// A run that made an artifact.
    package struct Maker: Sendable {
        /// Its record.
        package let run: RunRecord
        /// The artifact's path.
        package let artifact: String

        /// Names the maker of an artifact.
        package init(_ run: RunRecord, of artifact: String) {
            self.run = run
            self.artifact = artifact
        }
    }

    /// The last values of metrics, by their names.
    package private(set) var metrics: [String: Fact<Double>] = [:]
    /// The hyperparameters, by names with dots between their parts; secrets are taken out.
    package private(set) var parameters: [String: Fact<ParameterValue>] = [:]
    /// The runs that made artifacts, the last one first.
    package private(set) var makers: [Maker] = []
    /// Which files cannot be read, and why, as clauses.
    package var problems: [String] = []
    /// The files of metrics among these.
    package private(set) var damagedMetrics: [DamagedFile] = []

    /// Takes what the record of a run has.
    package init(of run: RunRecord) {
        metrics = run.metrics.mapValues { Fact(value: $0.value, source: .run(run.id)) }
        parameters = run.parameters.mapValues { Fact(value: $0, source: .run(run.id)) }
    }

    /// Reads files, then adds what they do not tell from the runs that made the artifacts beside them, the ones that
    /// count most first.
    ///
    /// Of two files that tell of one name the one nearer to the top has it; the other's has its directory in front. One
    /// that cannot be read keeps its place, for it may tell of any name.
    package init(of files: Files, madeBy makers: [Maker] = []) {
        var metrics = FactCollection<Double>()
        for reading in readings(of: files) {
            let damaged = damagedMetrics.filter { reading.mayBePreceded(by: $0.file) }
            let (source, owner) = (Source.file(reading.file.path), reading.file.directory)
            for (name, summary) in reading.log.summaries.sorted(by: { $0.key < $1.key }) {
                metrics.add(name, summary.value, from: source, of: .directory(owner), behind: damaged)
            }
        }
        var parameters = FactCollection<ParameterValue>()
        for file in TrainingFacts.nearestFirst(files.parameters) {
            for (name, value) in values(of: file).sorted(by: { $0.key < $1.key }) {
                parameters.add(name, value, from: .file(file.path), of: .directory(MetricFile.parent(of: file.path)))
            }
        }
        for maker in makers {
            for (name, metric) in maker.run.metrics.sorted(by: { $0.key < $1.key }) {
                metrics.add(
                    name,
                    metric.value,
                    from: .run(maker.run.id),
                    of: .artifact(maker.artifact),
                    behind: damagedMetrics
                )
            }
            for (name, value) in maker.run.parameters.sorted(by: { $0.key < $1.key }) {
                parameters.add(name, value, from: .run(maker.run.id), of: .artifact(maker.artifact))
            }
        }
        self.metrics = metrics.facts
        self.parameters = parameters.facts
        self.makers = makers
    }

    /// Returns why nobody can say what the metric of a name is, or whether there is one, as a clause.
    ///
    /// A file that may tell of it cannot be read then; `nil` where none is in the way.
    package func doubt(aboutMetric name: String) -> String? {
        guard let fact = metrics.value(ofNested: name) else { return damagedMetrics.first?.problem }
        return fact.doubt
    }
}

extension TrainingFacts {
    /// What a file of metrics tells.
    fileprivate struct Reading {
        let file: MetricFile
        let log: MetricLog
    }

    /// Reads files of metrics, and brings them in the order of their weight.
    private mutating func readings(of files: Files) -> [Reading] {
        damagedMetrics = files.damagedMetrics
        var readings: [Reading] = []
        for (file, bytes) in files.metrics {
            do throws(FormatError) {
                readings.append(Reading(file: file, log: try file.kind.log(of: bytes, at: file.path)))
            } catch {
                let problem = "\(QuotedPath.encode(file.path)) has no metrics that can be read: \(error)"
                problems.append(problem)
                damagedMetrics.append(DamagedFile(file, problem: problem))
            }
        }
        damagedMetrics.sort { first, second in
            let (left, right) = (first.file.rank, second.file.rank)
            return left == right ? first.file.path < second.file.path : left < right
        }
        return readings.sorted { $0.precedes($1) }
    }

    private mutating func values(of file: (path: String, bytes: [UInt8])) -> [String: ParameterValue] {
        do throws(FormatError) {
            var values = try Parameters.read(file.bytes, named: file.path)
            Redaction.apply(to: &values)
            return values
        } catch {
            problems.append("\(QuotedPath.encode(file.path)) has no parameters that can be read: \(error)")
            return [:]
        }
    }

    /// Returns files, those nearest to the top in front, and otherwise in the order in which they stand.
    private static func nearestFirst(
        _ files: [(path: String, bytes: [UInt8])]
    ) -> [(path: String, bytes: [UInt8])] {
        let ranked = files.enumerated().map { position, file in
            (depth: file.path.utf8.count { $0 == UInt8(ascii: "/") }, position: position, file: file)
        }
        return ranked.sorted { ($0.depth, $0.position) < ($1.depth, $1.position) }.map(\.file)
    }
}

extension TrainingFacts.Reading {
    /// Whether this counts where both tell of a metric.
    ///
    /// Each of the Trainer's states tells of all steps so far, so that the one of the last step comes first.
    fileprivate func precedes(_ other: Self) -> Bool {
        if file.rank != other.file.rank { return file.rank < other.file.rank }
        if file.kind == .trainerState, log.lastStep != other.log.lastStep { return log.lastStep > other.log.lastStep }
        return file.path < other.file.path
    }

    /// Whether a file that cannot be read may count more: which step a state of the Trainer is of, nobody knows then.
    fileprivate func mayBePreceded(by other: MetricFile) -> Bool {
        if other.rank != file.rank { return other.rank < file.rank }
        return file.kind == .trainerState || other.path < file.path
    }
}

extension MetricFile {
    /// What decides whether this counts where several files tell of a metric: the lowest does.
    fileprivate var rank: (depth: Int, directory: String, kind: Int) {
        (directory.split(separator: "/").count, directory, kind.rawValue)
    }
}

extension TrainingFacts.Source: CustomStringConvertible {
    /// The file's path, or the run as people name one where it could be something else: `run:<id>`.
    package var description: String {
        switch self {
        case .file(let path): path
        case .run(let id): "run:\(id)"
        }
    }
}
