import ModelCore
import Runs
import Synchronization
import SystemIO
import SystemPackage

/// Notes from time to time how busy the machine is, by the names that MLflow gives such figures.
///
/// By Linux's `/proc` and by NVIDIA's own program; where there is neither, nothing is noted.
final class MachineWatch: Sendable {
    private static let firstMilliseconds = 1000
    private static let milliseconds = 10_000
    private static let pause: Int = 100
    private static let fileLimit = 1 << 20

    /// What `/proc/stat` counts since the machine started.
    private struct Processor {
        var busy: Int64 = 0
        var all: Int64 = 0
    }

    private let path: FilePath
    private let isStopped = Atomic(false)

    /// Begins to note into a file, on a thread of its own; `environment` says where programs are.
    init(_ path: FilePath, environment: [String: String]) {
        self.path = path
        WorkerThread.start { [self] in
            var step: Int64 = 0
            var last = MachineWatch.processor
            var wait = MachineWatch.firstMilliseconds
            var accelerators = AcceleratorWatch(environment: environment)
            while rest(wait) {
                let now = MachineWatch.processor
                let others = accelerators?.fields() ?? [:]
                note(step, busy: now.busy - last.busy, of: now.all - last.all, others)
                (last, step, wait) = (now, step + 1, MachineWatch.milliseconds)
            }
            accelerators?.end()
        }
    }

    /// Ends that, within a moment.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Waits; `false` once there is no more to do.
    private func rest(_ milliseconds: Int) -> Bool {
        for _ in 0..<(milliseconds / MachineWatch.pause) {
            if isStopped.load(ordering: .relaxed) { return false }
            WorkerThread.sleep(milliseconds: MachineWatch.pause)
        }
        return !isStopped.load(ordering: .relaxed)
    }

    private func note(_ step: Int64, busy: Int64, of all: Int64, _ others: [String: JSONValue]) {
        var fields = others
        fields["step"] = JSONValue(step)
        fields["time"] = .string(Timestamp(nanoseconds: WallClock.now()).text)
        if all > 0 { fields["system/cpu_utilization_percentage"] = JSONValue(real: 100 * Double(busy) / Double(all)) }
        if let memory = MachineWatch.usedMegabytes {
            fields["system/system_memory_usage_megabytes"] = JSONValue(real: memory)
        }
        // What cannot be noted is no reason to disturb a training.
        if fields.count > 2 { try? DurableFile.append(JSONValue.object(fields).line, to: path) }
    }

    private static var processor: Processor {
        let line = text(of: "/proc/stat").prefix { $0 != "\n" }
        let ticks = line.split(separator: " ").dropFirst().compactMap { Int64($0) }
        // user nice system idle iowait irq softirq steal; what guests take is in user already.
        guard ticks.count >= 8 else { return Processor() }
        let all = ticks.prefix(8).reduce(0, +)
        return Processor(busy: all - ticks[3] - ticks[4], all: all)
    }

    private static var usedMegabytes: Double? {
        var sizes: [Substring: Double] = [:]
        for line in text(of: "/proc/meminfo").split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == ":" }
            if words.count >= 2 { sizes[words[0]] = Double(String(words[1])) }
        }
        guard let total = sizes["MemTotal"], let free = sizes["MemAvailable"] else { return nil }
        return (total - free) / 1024
    }

    private static func text(of path: FilePath) -> String {
        String(decoding: (try? DurableFile.read(path, limit: fileLimit)) ?? [], as: UTF8.self)
    }
}
