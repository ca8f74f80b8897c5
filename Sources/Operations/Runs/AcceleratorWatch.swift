import ModelCore
import SystemIO
import SystemPackage

/// Asks NVIDIA's own program, where there is one, how busy the accelerators are: it runs beside the training and says
/// so every few seconds.
///
/// Whatever it does, the training is left alone: what it does not say, or what makes no sense, is not noted.
struct AcceleratorWatch {
    private static let program = "nvidia-smi"
    private static let arguments = [
        "--query-gpu=timestamp,index,utilization.gpu,memory.used,power.draw", "--format=csv,noheader,nounits",
        "--loop=5",
    ]
    /// What becomes of the columns behind the index, by MLflow's names, and what they may be at most.
    private static let columns: [(name: String, limit: Double)] = [
        ("utilization_percentage", 100), ("memory_usage_megabytes", 1e9), ("power_usage_watts", 1e6),
    ]
    private static let indexLimit = 256

    private let process: SupervisedProcess
    /// The time of the last line that was noted, of year, month, day, hours, minutes and seconds: later ones are
    /// larger.
    private var last = ""

    /// Starts the program; `nil` where there is none, or it cannot be run.
    init?(environment: [String: String]) {
        guard let path = ExecutableSearch(path: environment["PATH"]).path(of: AcceleratorWatch.program),
            let process = try? SupervisedProcess(
                path,
                [AcceleratorWatch.program] + AcceleratorWatch.arguments,
                environment: environment,
                directory: "/"
            )
        else { return nil }
        self.process = process
    }

    /// Returns what the program said since the last call, of each accelerator the last, by MLflow's names.
    mutating func fields() -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        let text = String(decoding: process.said, as: UTF8.self)
        var newest = last
        // What follows the last line feed is not said to its end yet.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(AcceleratorWatch.trimmed)
            guard cells.count == 2 + AcceleratorWatch.columns.count, cells[0] > last,
                AcceleratorWatch.isTime(cells[0]), let index = Int(cells[1]),
                (0..<AcceleratorWatch.indexLimit).contains(index)
            else { continue }
            newest = max(newest, String(cells[0]))
            for ((name, limit), cell) in zip(AcceleratorWatch.columns, cells.dropFirst(2)) {
                guard let value = Double(cell), (0...limit).contains(value) else { continue }
                fields["system/gpu_\(index)_\(name)"] = JSONValue(real: value)
            }
        }
        last = newest
        return fields
    }

    /// Ends the program.
    func end() { process.end(within: 100) }

    /// Whether a text begins as `2026/11/27`: the first line that is kept may have lost its beginning.
    private static func isTime(_ text: Substring) -> Bool {
        text.prefix(4).allSatisfy(\.isNumber) && text.dropFirst(4).first == "/"
    }

    private static func trimmed(_ cell: Substring) -> Substring {
        var cell = cell.drop { $0 == " " }
        while cell.last == " " || cell.last == "\r" { cell.removeLast() }
        return cell
    }
}
