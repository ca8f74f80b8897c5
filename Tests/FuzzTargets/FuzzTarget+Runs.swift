import ModelCore
import Runs

extension FuzzTarget {
    /// What scripts leave of metrics.
    static let runs: [FuzzTarget] = [
        FuzzTarget(name: "lines of metrics", seeds: lines) { bytes in
            let log = MetricLines.log(of: bytes)
            let again = MetricLines.log(of: log.lines)
            try require(again.unreadableCount == 0, "what was written cannot be read")
            try require(again.series.mapValues(\.count) == log.series.mapValues(\.count), "points are lost")
        },
        FuzzTarget(name: "events of TensorBoard", seeds: events) { bytes in
            let count = TensorBoardEvents.log(of: bytes).series.values.reduce(0) { $0 + $1.count }
            try require(count <= bytes.count, "there are more points than bytes")
        },
    ]

    private static let lines = [
        #"{"step": 3, "loss": 0.5, "eval": {"a": [1, {"b": NaN}]}, "time": 1700000000.5}"# + "\n{\"name\": \"x\",",
        #"{"key": "a\u0000", "value": -Infinity, "step": 1e300, "time": "2026-01-02T03:04:05.6Z"}"# + "\n[1]\n\n",
    ].map { Array($0.utf8) }

    /// A record of one scalar, one whose length is a lie, and one whose fields have no end.
    private static let events: [[UInt8]] = {
        let value: [UInt8] = [0x0A, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
        let event: [UInt8] = [0x10, 7, 0x2A, UInt8(value.count + 2), 0x0A, UInt8(value.count)] + value
        func record(_ content: [UInt8], length: [UInt8]) -> [UInt8] { length + [0, 0, 0, 0] + content + [0, 0, 0, 0] }
        let whole = record(event, length: [UInt8(event.count), 0, 0, 0, 0, 0, 0, 0])
        let lie = record(event, length: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        let endless = record([0x2A, 0x80, 0x80, 0x80, 0x80], length: [5, 0, 0, 0, 0, 0, 0, 0])
        return [whole + whole, whole + lie, endless + whole]
    }()
}
