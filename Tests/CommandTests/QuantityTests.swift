@testable import CommandLineInterface
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"), (21, "21 B"),
            (90_868_376, "90.9 MB"), (99_949, "99.9 kB"), (99_950, "100 kB"), (128_400_000, "128 MB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"), (1_340_000_000, "1.3 GB"), (-1500, "-1.5 kB"), (Int64.max, "9.2 EB"),
            (Int64.min, "-9.2 EB"),
        ] as [(Int64, String)]
    )
    func `Sizes are decimal with one digit behind the point below 100`(count: Int64, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(
        arguments: [
            (0, "0.0 s"), (-5, "0.0 s"), (340, "0.3 s"), (9_949, "9.9 s"), (9_950, "10 s"), (59_400, "59 s"),
            (59_500, "1 min 00 s"), (125_000, "2 min 05 s"), (3_599_000, "59 min 59 s"), (3_600_000, "1 h 00 min"),
            (86_399_000, "1 d 0 h"), (273_600_000, "3 d 4 h"),
        ] as [(Int64, String)]
    )
    func `Durations have two units at most`(milliseconds: Int64, text: String) {
        #expect(Quantity.duration(nanoseconds: milliseconds * 1_000_000) == text)
    }

    @Test func `Counts agree with their noun`() {
        #expect(Quantity.count(1, "file") == "1 file")
        #expect(Quantity.count(0, "file") == "0 files")
        #expect(Quantity.count(2, "entry", plural: "entries") == "2 entries")
    }
}
