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
        guard let seconds = CivilDate.secondsSince1970(parsing: text) else { return nil }
        let fraction = text.firstIndex(of: ".").map { text[text.index(after: $0)...].prefix { $0.isNumber } } ?? ""
        let digits = (fraction + "000").prefix(3)
        milliseconds = seconds * 1000 + (Int64(digits) ?? 0)
    }

    /// The moment as `2026-01-02T03:04:05.678Z`.
    package var text: String {
        let part = ((milliseconds % 1000) + 1000) % 1000
        let digits = String(1000 + part).dropFirst()
        return CivilDate.time(secondsSince1970: (milliseconds - part) / 1000).dropLast() + ".\(digits)Z"
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let moment = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(QuotedPath.encode(text)) is no time"
            )
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
