import ModelCore
import Testing

struct ShortTextTests {
    @Test(
        arguments: [
            (0.15000000000000002, "0.15"), (0.9, "0.9"), (0.123456789, "0.123457"), (-12.3456789, "-12.3457"),
            (123456.789, "123457.0"), (1234567.0, "1234567.0"), (1.23456789e-07, "1.23457e-07"),
            (0.00012345678, "0.000123457"),
            (1e300, "1e+300"), (0, "0.0"), (1.0 / 3, "0.333333"), (0.050000000000000044, "0.05"), (.infinity, "inf"),
        ] as [(Double, String)]
    )
    func `A number is short`(_ number: Double, _ text: String) { #expect(number.shortText == text) }
}
