import FoundationEssentials
import ModelCore
package import SystemIO
package import SystemPackage

/// Where one run keeps what was recorded of it.
///
/// Nothing in it is ever a reason for Git to call a work tree changed: it lies in the Git directory.
package struct RunDirectory: Sendable, Hashable {
    /// The name of the list of packages.
    package static let packagesName = "packages.txt"
    /// The name of the code's differences from its commit.
    package static let differenceName = "code.diff"
    /// The name of the file that scripts append metrics to.
    package static let metricsName = "metrics.jsonl"
    /// The name of the file with the points of all metrics that were found, wherever a script wrote them.
    package static let seriesName = "series.jsonl"
    /// The name of the directory of plots.
    package static let plotsName = "plots"
    private static let recordName = "run.json"
    private static let recordLimit = 256 << 20

    /// The directory.
    package let path: FilePath

    /// Creates the name of a directory.
    package init(_ path: FilePath) { self.path = path }

    /// The file that scripts append metrics to.
    package var metrics: FilePath { path.appending(RunDirectory.metricsName) }

    /// Where plots are put that were recorded.
    package var plots: FilePath { path.appending(RunDirectory.plotsName) }

    /// Where MLflow's file store is put.
    package var mlflow: FilePath { path.appending("mlruns") }

    /// What the machine was doing meanwhile, as lines like those of metrics.
    package var system: FilePath { path.appending("system.jsonl") }

    /// The file that is locked as long as somebody records.
    package var lock: FilePath { path.appending("lock") }

    /// Reads the record; `nil` where there is none, or one that cannot be read.
    package func record() throws(IOError) -> RunRecord? {
        guard try FileStatus.of(path.appending(RunDirectory.recordName)) != nil else { return nil }
        let bytes = try DurableFile.read(path.appending(RunDirectory.recordName), limit: RunDirectory.recordLimit)
        return RunRecord(parsing: bytes)
    }

    /// When the record was last written; `nil` where there is none.
    var written: Timestamp? {
        get throws(IOError) {
            try FileStatus.of(path.appending(RunDirectory.recordName)).map { Timestamp(nanoseconds: $0.modified) }
        }
    }

    /// When the record, the metrics or the state of the machine was last written; `nil` where there are none.
    package var lastWritten: Timestamp? {
        get throws(IOError) {
            var last = try written
            for file in [metrics, system] {
                guard let status = try FileStatus.of(file) else { continue }
                last = max(last ?? Timestamp(nanoseconds: status.modified), Timestamp(nanoseconds: status.modified))
            }
            return last
        }
    }

    /// Writes the record, over an earlier one.
    package func write(_ record: RunRecord) throws {
        try DurableFile.write(try record.encoded(), to: path.appending(RunDirectory.recordName))
    }

    /// Whether somebody records the run at this moment.
    package func isRecording() throws(LockError) -> Bool {
        do throws(LockError) {
            _ = try FileLock(lock, mode: .exclusive, wait: nil)
            return false
        } catch {
            if case .held = error { return true }
            throw error
        }
    }
}

extension RunRecord {
    /// Reads a record; `nil` for what is none.
    package init?(parsing bytes: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        guard let record = try? decoder.decode(RunRecord.self, from: Data(bytes)) else { return nil }
        self = record
    }

    /// The record as machine-written files have it; numbers that JSON has no digits for are texts.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return JSONText.indented(try encoder.encode(self))
    }
}
