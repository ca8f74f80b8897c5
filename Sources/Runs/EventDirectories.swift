/// The logs of TensorBoard's event files by their directories, each of which TensorBoard shows as a run of its own.
struct EventDirectories {
    /// Directories that say which part of the data was used: their names stay in front, also where there is no other.
    private static let partNames: Set<String> = [
        "train", "training", "val", "valid", "validation", "eval", "evaluation", "test",
    ]
    /// From so many digits on, a name has a time in it, and is another one in each run.
    private static let timeDigitCount = 6

    private var directories: [(parts: [Substring], log: MetricLog)] = []

    /// Adds the log of a file; files of a directory have to come in the order in which they were written.
    mutating func add(_ log: MetricLog, from path: String) {
        let parts = Array(path.split(separator: "/").dropLast())
        if let place = directories.firstIndex(where: { $0.parts == parts }) {
            directories[place].log.overlay(log)
        } else {
            directories.append((parts, log))
        }
    }

    /// Adds all metrics whose names another log does not have: what distinguishes their directories stands in front of
    /// them.
    func fill(_ log: inout MetricLog) {
        let shared = sharedCount
        for directory in directories {
            let own = directory.parts.dropFirst(shared)
            let lasting = own.filter { $0.count(where: \.isNumber) < EventDirectories.timeDigitCount }
            log.fill(from: directory.log) { name in
                [Array(lasting), Array(directory.parts.suffix(1)), directory.parts].map {
                    ($0 + [name[...]]).joined(separator: "/")
                }
            }
        }
    }

    /// How many parts at the beginning all directories have in common, without a last one that says which data were
    /// used.
    private var sharedCount: Int {
        guard let first = directories.first?.parts else { return 0 }
        let count =
            directories.map { directory in
                zip(first, directory.parts).prefix { $0 == $1 }.count
            }.min() ?? 0
        let isPart = count > 0 && EventDirectories.partNames.contains(String(first[count - 1]))
        return isPart ? count - 1 : count
    }
}
