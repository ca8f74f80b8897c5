import ModelCore
import Testing

@testable import Runs

/// What names and points become of TensorBoard's files, by the directories that they are in.
@Suite struct EventDirectoryTests {
    /// A file, with the value of each step of one metric.
    typealias File = (path: String, points: [(step: Int64, value: Double)])

    private func log(_ files: [File], beside other: MetricLog = MetricLog(), named name: String = "loss") -> MetricLog {
        var directories = EventDirectories()
        for file in files {
            var log = MetricLog()
            for point in file.points { log.add(name, point.value, step: point.step) }
            directories.add(log, from: file.path + "/events.out.tfevents.1700000000.host")
        }
        var found = other
        directories.fill(&found)
        return found
    }

    @Test(arguments: [
        (["runs/now"], ["loss"]),
        (["runs/exp1/train", "runs/exp1/val"], ["train/loss", "val/loss"]),
        (["runs/exp1/train"], ["train/loss"]),
        (["runs/exp1", "runs/exp1/val"], ["loss", "val/loss"]),
        (["a/x/logs", "a/y/logs"], ["x/logs/loss", "y/logs/loss"]),
        (["runs/exp1", "runs/exp1/1700000000.25"], ["1700000000.25/loss", "loss"]),
        (["runs/Jan05_12-30-11_host/train", "runs/Jan05_12-30-12_host/val"], ["train/loss", "val/loss"]),
        (["runs/Jan05_12-30-11_host", "runs/Jan05_12-30-12_host"], ["Jan05_12-30-12_host/loss", "loss"]),
        ([""], ["loss"]),
        (["train", "val"], ["train/loss", "val/loss"]),
    ])
    func `What distinguishes directories stands in front of their metrics`(directories: [String], names: [String]) {
        let found = log(directories.map { ($0, [(1, 0.5)]) })
        #expect(found.series.keys.sorted() == names.sorted())
    }

    @Test func `What only a directory with a time in its name tells has a name that is the same in each run`() {
        var directories = EventDirectories()
        for (place, name) in [("runs/a", "loss"), ("runs/a/1700000000.25", "hparam/accuracy")] {
            var log = MetricLog()
            log.add(name, 1)
            directories.add(log, from: "\(place)/events.out.tfevents.1.host")
        }
        var found = MetricLog()
        directories.fill(&found)
        #expect(found.series.keys.sorted() == ["hparam/accuracy", "loss"])
    }

    @Test func `Files of a directory are one series, in which what came later counts`() {
        let first: File = ("runs/a", [(0, 1), (10, 0.9), (20, 0.8), (30, 0.7)])
        let second: File = ("runs/a", [(20, 0.5), (40, 0.4)])
        let points = log([first, second]).series["loss"] ?? []
        #expect(points.map(\.step) == [0, 10, 20, 30, 40])
        #expect(points.map(\.value) == [1, 0.9, 0.5, 0.7, 0.4])
        // A file may tell of a step twice, and both points stay.
        #expect(log([("runs/a", [(1, 1), (1, 2)]), ("runs/a", [(2, 3)])]).series["loss"]?.map(\.value) == [1, 2, 3])
    }

    @Test func `A metric that is known from elsewhere stays, and the other gets its directory's name`() {
        var known = MetricLog()
        known.add("loss", 9)
        let found = log([("runs/now", [(1, 0.5)])], beside: known)
        #expect(found.series["loss"]?.map(\.value) == [9])
        #expect(found.series["now/loss"]?.map(\.value) == [0.5])
    }
}
