/// Lowercase hexadecimal text, the only spelling of digests that the formats allow.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Returns the bytes as lowercase hexadecimal digits, two a byte.
    package static func string(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends a number as eight digits, all of them at once: listings have many.
    static func append(_ number: UInt32, to text: inout [UInt8]) {
        // One digit a byte, the first in the highest.
        var digits = UInt64(number)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        // 1 in each byte that is more than 9: from `0` on, a letter is 39 further than a number would be.
        let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let ascii = digits + 0x3030_3030_3030_3030 + letters * 39
        withUnsafeBytes(of: ascii.bigEndian) { text.append(contentsOf: $0) }
    }

    /// Returns the value of one ASCII digit `0–9` or `a–f`; `nil` for anything else, uppercase included.
    package static func value(ofLowercaseDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
