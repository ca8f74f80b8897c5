/// A file of a repository that metrics are read from, whether or not a run wrote it.
package struct MetricFile: Sendable, Hashable {
    /// The most bytes that a file may have.
    package static let byteLimit: Int64 = 16 << 20
    /// What the directories begin with that the Trainer makes for its states.
    private static let checkpointPrefix = "checkpoint-"

    /// The path from the top of the repository.
    package let path: String
    let kind: MetricFileKind
    /// The directory whose metrics they are, from the top of the repository; empty for the top.
    let directory: String

    /// Takes a file that has a name which scripts give to metrics; `nil` for another, and for one in a directory of
    /// other things.
    package init?(named path: String) {
        guard RecentFiles.covers(path), let kind = MetricFileKind(path) else { return nil }
        self.init(path, kind)
    }

    /// Takes a file that somebody says has metrics; `nil` for one that cannot be read here.
    package init?(declared path: String) {
        guard let kind = MetricFileKind(declared: path) else { return nil }
        self.init(path, kind)
    }

    private init?(_ path: String, _ kind: MetricFileKind) {
        self.path = path
        self.kind = kind
        let parent = MetricFile.parent(of: path)
        switch kind {
        // They are large, and whoever commits them has the same as a table or a document.
        case .events: return nil
        case .liveTable:
            let end = path.ranges(of: "/" + MetricFileKind.liveDirectory).last?.lowerBound
            directory = end.map { String(path[..<$0]) } ?? parent
        case .trainerState:
            let isCheckpoint = parent.split(separator: "/").last.map { $0.hasPrefix(MetricFile.checkpointPrefix) }
            directory = isCheckpoint == true ? MetricFile.parent(of: parent) : parent
        case .table, .document: directory = parent
        }
    }

    /// Returns the directory of a path; empty for the top.
    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
