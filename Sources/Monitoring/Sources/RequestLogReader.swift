import ModelCore
import Runs
package import SystemPackage
import SystemIO

/// Counts what a gateway's log of requests says: lines of JSON with `ts`, `status`, `latency_ms`, and, where the log
/// has payloads, `inputs` and `outputs`.
///
/// Only the end of the log is read, back to before the window. Lines that cannot be read, as one that is half written,
/// are passed over.
package struct RequestLogReader: Sendable {
    /// The most bytes from the end of a log that are read.
    package static let byteLimit: Int64 = 512 << 20
    private static let firstStep: Int64 = 4 << 20
    /// From here on a number of a time is one of milliseconds: as seconds it would be in the year 5138.
    private static let firstMilliseconds = 1e11
    /// No request takes longer than a day, in seconds: a gateway allows no more.
    private static let longest = 86_400.0

    private let path: FilePath
    private let profile: ReferenceProfile?
    private let paths: PayloadPaths

    /// Names a log, and what its payloads are compared with.
    package init(_ path: FilePath, profile: ReferenceProfile?, paths: PayloadPaths) {
        self.path = path
        self.profile = profile
        self.paths = paths
    }

    /// Counts the requests of the last seconds before a time, in nanoseconds since 1970; with a model and version, only
    /// those of lines that name no other.
    ///
    /// A request is of the moment at which it ended, as its line is written then: one that hung would be too old for a
    /// short window when it is told of. As clocks are set back, lines from up to as many seconds after that time count
    /// too. What was before the earliest line is not known, for the file may have been begun anew; without any, what
    /// was before it was last written.
    package func statistics(
        over seconds: Int,
        at time: Int64,
        model: String?,
        version: String?
    ) throws(ReferenceDataError) -> WindowStatistics {
        let length = Int64(max(1, seconds)) * 1_000_000_000
        let (first, last) = (time.subtractingReportingOverflow(length).partialValue, time &+ length)
        let window = TrafficWindow(profile: profile, paths: paths)
        let reader = PayloadReader(paths, columns: profile?.columns ?? [])
        var lines = try RecordFile(path, separator: nil, from: try offset(before: first))
        var earliest: Int64?
        while let line = try lines.next() {
            guard let fields = try? JSONValue(parsing: line, allowsNonFinite: true).object,
                let moment = RequestLogReader.end(of: fields)
            else { continue }
            earliest = min(earliest ?? moment, moment)
            guard moment > first, moment <= last,
                let status = fields["status"]?.integer.flatMap(Int.init(exactly:))
            else { continue }
            // The gateway had no room for it: no version is to blame.
            if fields["turned_away"]?.bool == true { continue }
            if let model, let other = fields["model"]?.string, other != model { continue }
            if let version, let other = fields["version"]?.string, other != version { continue }
            window.note(status: status, seconds: RequestLogReader.seconds(of: fields), at: 0)
            guard window.wantsPayloads else { continue }
            let inputs = fields["inputs"].map { reader.features(inLogged: $0) } ?? PayloadTable()
            window.observe(inputs, fields["outputs"].map { reader.predictions(inLogged: $0) } ?? [], at: 0)
        }
        var statistics = window.statistics(over: seconds, at: 0)
        statistics.covered = try known(of: seconds, since: earliest, at: time)
        return statistics
    }

    /// Returns how many of the last seconds before a time a log knows whose earliest line that was read is of a moment:
    /// all only where that is not in them.
    private func known(
        of seconds: Int,
        since earliest: Int64?,
        at time: Int64
    ) throws(ReferenceDataError) -> Int {
        func known(since start: Int64) -> Int {
            let age = time &- start
            if age >= Int64(seconds) * 1_000_000_000 { return seconds }
            return min(Int(clamping: (age &+ 500_000_000) / 1_000_000_000), seconds - 1)
        }
        // Requests of this second, or of a clock that was ahead, are known of.
        if let earliest { return max(1, known(since: earliest)) }
        do throws(IOError) {
            let written = try FileStatus.of(path, followingLinks: true)?.modified
            return written.map { max(0, known(since: $0)) } ?? seconds
        } catch { throw .file(error) }
    }

    /// Returns where to begin so that all lines from a time on are behind: whole lines, as far as the limit allows.
    private func offset(before time: Int64) throws(ReferenceDataError) -> Int64 {
        let size: Int64
        do throws(IOError) {
            guard let status = try FileStatus.of(path, followingLinks: true) else { return 0 }
            size = status.size
        } catch { throw .file(error) }
        var step = RequestLogReader.firstStep
        while step < size {
            let start = size - step
            var lines = try RecordFile(path, separator: nil, from: start)
            // The first line may have begun before.
            _ = try lines.next()
            var isBefore = false
            for _ in 0..<100 {
                guard let line = try lines.next() else { break }
                guard let fields = try? JSONValue(parsing: line, allowsNonFinite: true).object,
                    let moment = RequestLogReader.end(of: fields)
                else { continue }
                isBefore = moment <= time
                break
            }
            if isBefore || step >= RequestLogReader.byteLimit { return start }
            step *= 4
        }
        return 0
    }

    /// Reads when a request ended, in nanoseconds since 1970: nearly the order of the lines.
    private static func end(of fields: [String: JSONValue]) -> Int64? {
        time(fields["ts"]).map { $0 &+ Int64(min(max(0, seconds(of: fields)), longest) * 1e9) }
    }

    /// Reads how long a request took, in seconds.
    private static func seconds(of fields: [String: JSONValue]) -> Double {
        let milliseconds = fields["latency_ms"]?.double ?? 0
        return milliseconds.isFinite ? milliseconds / 1000 : 0
    }

    /// Reads a time in nanoseconds since 1970: as RFC 3339 has it, or in seconds or milliseconds.
    private static func time(_ value: JSONValue?) -> Int64? {
        if let text = value?.string { return Timestamp(text).map { $0.milliseconds &* 1_000_000 } }
        guard let number = value?.double, number.isFinite, number > 0, number < 9e15 else { return nil }
        let seconds = number >= firstMilliseconds ? number / 1000 : number
        return seconds < 9e9 ? Int64(seconds * 1e9) : nil
    }
}

extension PayloadReader {
    /// Reads features of a payload in a log: the document itself, or its text.
    func features(inLogged value: JSONValue) -> PayloadTable {
        value.string.map { features(in: Array($0.utf8)) } ?? features(in: value)
    }

    /// Reads predictions of a payload in a log.
    func predictions(inLogged value: JSONValue) -> [FeatureValue] {
        value.string.map { predictions(in: Array($0.utf8)) } ?? predictions(in: value)
    }
}
