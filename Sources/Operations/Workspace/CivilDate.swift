/// A day of the Gregorian calendar, for messages.
struct CivilDate: Hashable, Sendable {
    /// The date as `2026-01-02`.
    let text: String

    /// Finds the day of a time in a zone that is `offsetMinutes` ahead of UTC.
    ///
    /// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    init(secondsSince1970 seconds: Int64, offsetMinutes: Int) {
        let local = seconds + Int64(offsetMinutes) * 60
        let days = (local >= 0 ? local : local - 86_399) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        text = "\(year)-\(CivilDate.padded(month))-\(CivilDate.padded(day))"
    }

    /// Returns a time in ISO 8601, UTC, as `2026-01-02T03:04:05Z`.
    static func time(secondsSince1970 seconds: Int64) -> String {
        let second = (seconds % 86_400 + 86_400) % 86_400
        let clock = [second / 3600, second / 60 % 60, second % 60].map(padded).joined(separator: ":")
        return "\(CivilDate(secondsSince1970: seconds, offsetMinutes: 0).text)T\(clock)Z"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
