import ModelCore

/// A moment in UTC, to the millisecond: what MLflow exchanges, written as RFC 3339 has it.
package struct Timestamp: Hashable, Sendable, Comparable {
    /// The milliseconds since 1970.
    package let milliseconds: Int64

    /// The last millisecond of the year 9999.
    private static let limit: Int64 = 253_402_300_799_999

    /// Creates a moment; what is beyond the years that can be written becomes the nearest one.
    package init(milliseconds: Int64) {
        self.milliseconds = max(-Timestamp.limit, min(milliseconds, Timestamp.limit))
    }

    /// Creates the moment of a clock's nanoseconds since 1970.
    package init(nanoseconds: Int64) { milliseconds = nanoseconds / 1_000_000 }

    /// Reads a time such as `2026-01-02T03:04:05.678Z`, with any fraction and offset; `nil` for anything else.
    package init?(_ text: String) {
        guard let milliseconds = CivilDate.millisecondsSince1970(parsing: text) else { return nil }
        self.milliseconds = milliseconds
    }

    /// Reads a time, or the beginning of one, as `2026`, `2026-01-02` or `2026-01-02T03:04`, which is UTC and the first
    /// moment of what it names; `nil` for anything else.
    package init?(beginning text: String) {
        let full = "0000-01-01T00:00:00Z"
        var text = text.replacing(" ", with: "T")
        if let moment = Timestamp(text) {
            self = moment
            return
        }
        if text.hasSuffix("Z") { text.removeLast() }
        let count = text.utf8.count
        // Whole parts only: `2026-1` is no month.
        guard [4, 7, 10, 13, 16].contains(count) || count > 18,
            let moment = Timestamp(text + (count < full.utf8.count ? full.dropFirst(count) : "Z"))
        else { return nil }
        self = moment
    }

    /// The moment as `2026-01-02T03:04:05.678Z`.
    package var text: String {
        let part = ((milliseconds % 1000) + 1000) % 1000
        let digits = String(1000 + part).dropFirst()
        return CivilDate.time(secondsSince1970: (milliseconds - part) / 1000).dropLast() + ".\(digits)Z"
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: TextCodable {
    package static var noun: String { "time" }
}
