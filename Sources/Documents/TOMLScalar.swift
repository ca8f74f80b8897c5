import ModelCore

/// Tells what a word of a TOML document is that stands without quotes.
enum TOMLScalar {
    /// Returns the truth value, number, date or time; `nil` for what is none.
    static func value(of word: String) -> JSONValue? {
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .number("Infinity")
        case "-inf": return .number("-Infinity")
        case "nan", "+nan", "-nan": return .number("NaN")
        default:
            let bytes = Array(word.utf8)
            if let number = number(bytes) { return .number(number) }
            return isDate(bytes) ? .string(word) : nil
        }
    }

    /// Returns a number's digits as JSON has them.
    private static func number(_ bytes: [UInt8]) -> String? {
        let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
        for (prefix, radix) in prefixes where bytes.starts(with: prefix.utf8) {
            return digits(bytes[2...], radix: radix).flatMap { Int64($0, radix: radix) }.map { "\($0)" }
        }
        var rest = bytes[...]
        var text = ""
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            if sign == UInt8(ascii: "-") { text = "-" }
            rest.removeFirst()
        }
        let whole = rest.prefix { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
        guard let integer = digits(whole, radix: 10), integer == "0" || !integer.hasPrefix("0") else { return nil }
        text += integer
        rest = rest[whole.endIndex...]
        if rest.isEmpty { return Int64(text).map { "\($0)" } }
        if rest.first == UInt8(ascii: ".") {
            let part = rest.dropFirst().prefix { $0 | 0x20 != UInt8(ascii: "e") }
            guard let fraction = digits(part, radix: 10) else { return nil }
            text += "." + fraction
            rest = rest[part.endIndex...]
        }
        guard let mark = rest.first else { return text }
        guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
        rest.removeFirst()
        text += "e"
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            text += sign == UInt8(ascii: "-") ? "-" : "+"
            rest.removeFirst()
        }
        return digits(rest, radix: 10).map { text + $0 }
    }

    /// Returns digits without the underscores between them; `nil` where there are others, or none.
    private static func digits(_ bytes: ArraySlice<UInt8>, radix: Int) -> String? {
        var digits: [UInt8] = []
        var wasDigit = false
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                guard wasDigit else { return nil }
                wasDigit = false
                continue
            }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
            digits.append(byte)
            wasDigit = true
        }
        return wasDigit ? String(decoding: digits, as: UTF8.self) : nil
    }

    /// Whether it is a date, a time, or both with or without an offset.
    private static func isDate(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 4, bytes[4] == UInt8(ascii: "-") else { return isTime(bytes[...], mayHaveOffset: false) }
        guard isDay(bytes.prefix(10)) else { return false }
        let rest = bytes.dropFirst(10)
        guard let mark = rest.first else { return true }
        return "Tt ".utf8.contains(mark) && isTime(rest.dropFirst(), mayHaveOffset: true)
    }

    private static func isDay(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = integer(parts[0]), let month = integer(parts[1]),
            let day = integer(parts[2]), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }

    private static func isTime(_ bytes: ArraySlice<UInt8>, mayHaveOffset: Bool) -> Bool {
        let clock = bytes.prefix(8).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard clock.map(\.count) == [2, 2, 2], let hour = integer(clock[0]), let minute = integer(clock[1]),
            let second = integer(clock[2]), hour < 24, minute < 60, second <= 60
        else { return false }
        var rest = bytes.dropFirst(8)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { (48...57).contains($0) }
            if fraction.isEmpty { return false }
            rest = rest[fraction.endIndex...]
        }
        guard let mark = rest.first else { return true }
        guard mayHaveOffset else { return false }
        if mark | 0x20 == UInt8(ascii: "z") { return rest.count == 1 }
        let offset = rest.dropFirst().split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-"), offset.map(\.count) == [2, 2],
            let hours = integer(offset[0]), let minutes = integer(offset[1])
        else { return false }
        return hours < 24 && minutes < 60
    }

    /// Returns the number of some digits, and of nothing else.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self))
    }
}
