import Synchronization

/// The name of a request, by which its lines in the logs of client, gateway and release are found.
package enum RequestID {
    /// The most characters that a name may have which a client gave.
    package static let limit = 128

    /// Returns the name that the client gave, where it is sound, and one that nobody else draws otherwise.
    package static func of(_ given: String?) -> String {
        guard let given, isSound(given) else { return drawn() }
        return given
    }

    /// Letters, digits and what stands in UUIDs, ULIDs and W3C trace contexts: nothing that means something in a log.
    private static func isSound(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= limit
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
    }

    /// What this process has of its own, and a number that counts up: a call of the system for each would cost more
    /// than the rest.
    private static let prefix = UInt64.random(in: .min ... .max)
    private static let count = Atomic(UInt64.random(in: .min ... .max))

    private static func drawn() -> String {
        let digits: StaticString = "0123456789abcdef"
        var numbers = (prefix, count.wrappingAdd(1, ordering: .relaxed).newValue)
        return String(unsafeUninitializedCapacity: 32) { text in
            for position in 0..<16 {
                text[position] = digits.utf8Start[Int(numbers.0 & 15)]
                text[position + 16] = digits.utf8Start[Int(numbers.1 & 15)]
                numbers = (numbers.0 >> 4, numbers.1 >> 4)
            }
            return 32
        }
    }
}
