/// A day of the Gregorian calendar, for messages.
package struct CivilDate: Hashable, Sendable {
    /// The date as `2026-01-02`.
    package let text: String

    /// Finds the day of a time in a zone that is `offsetMinutes` ahead of UTC.
    ///
    /// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    package init(secondsSince1970 seconds: Int64, offsetMinutes: Int) {
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
    package static func time(secondsSince1970 seconds: Int64) -> String {
        let second = (seconds % 86_400 + 86_400) % 86_400
        let clock = [second / 3600, second / 60 % 60, second % 60].map(padded).joined(separator: ":")
        return "\(CivilDate(secondsSince1970: seconds, offsetMinutes: 0).text)T\(clock)Z"
    }

    /// Returns a time in ISO 8601's basic form, UTC, as `20260102T030405Z`.
    package static func basicTime(secondsSince1970 seconds: Int64) -> String {
        time(secondsSince1970: seconds).filter { $0 != "-" && $0 != ":" }
    }

    /// Returns the seconds since 1970 of a time as `2026-01-02T03:04:05Z`, where a fraction of a second and an offset
    /// such as `+01:00` may stand; `nil` for anything else.
    package static func secondsSince1970(parsing text: String) -> Int64? { parts(of: text)?.seconds }

    /// Returns the milliseconds since 1970 of such a time, whose fraction is cut after three digits; `nil` for anything
    /// else.
    package static func millisecondsSince1970(parsing text: String) -> Int64? {
        parts(of: text).map { $0.seconds * 1000 + $0.milliseconds }
    }

    private static func length(ofMonth month: Int64, in year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? isLeap ? 29 : 28 : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func parts(of text: String) -> (seconds: Int64, milliseconds: Int64)? {
        var rest = Substring(text)
        func number(_ digits: Int, _ range: ClosedRange<Int64>, after separator: String) -> Int64? {
            guard rest.hasPrefix(separator) else { return nil }
            let word = rest.dropFirst(separator.count).prefix(digits)
            guard word.count == digits, word.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int64(word),
                range.contains(value)
            else { return nil }
            rest = rest.dropFirst(separator.count + digits)
            return value
        }
        guard let year = number(4, 1...9999, after: ""), let month = number(2, 1...12, after: "-"),
            let day = number(2, 1...31, after: "-"), let hour = number(2, 0...23, after: "T"),
            let minute = number(2, 0...59, after: ":"), let second = number(2, 0...60, after: ":")
        else { return nil }
        guard day <= length(ofMonth: month, in: year) else { return nil }
        var milliseconds: Int64 = 0
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            milliseconds = Int64((fraction + "000").prefix(3)) ?? 0
            rest = rest[fraction.endIndex...]
        }
        var offset: Int64 = 0
        if rest != "Z" {
            let sign: Int64 = rest.first == "-" ? -1 : 1
            guard let hours = number(2, 0...23, after: sign < 0 ? "-" : "+"),
                let minutes = number(2, 0...59, after: rest.first == ":" ? ":" : ""), rest.isEmpty
            else { return nil }
            offset = sign * (hours * 60 + minutes)
        }
        return (days(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second, milliseconds)
    }

    /// Returns the days from 1970 to a day; after Howard Hinnant, as above, `days_from_civil`.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let yearOfEra = year % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
