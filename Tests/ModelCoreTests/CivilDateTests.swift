import ModelCore
import Testing

@Suite("Dates")
struct CivilDateTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("2013-05-24T00:00:00Z", 1_369_353_600),
            ("2024-02-29T23:59:59Z", 1_709_251_199),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("1969-12-31T23:59:59Z", -1),
        ] as [(String, Int64)]
    )
    func `a time is written and read`(text: String, seconds: Int64) {
        #expect(CivilDate.time(secondsSince1970: seconds) == text)
        #expect(CivilDate.secondsSince1970(parsing: text) == seconds)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00.123456Z", 0),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T01:00:00+0100", 0),
            ("1969-12-31T19:00:00-05:00", 0),
        ] as [(String, Int64)]
    )
    func `fractions and offsets may stand`(text: String, seconds: Int64) {
        #expect(CivilDate.secondsSince1970(parsing: text) == seconds)
    }

    @Test(arguments: [
        "", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-32T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:00Zx", "70-01-01T00:00:00Z",
        "1970-01-01T00:00:00+1:00", "+970-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    ])
    func `what is no time is refused`(text: String) { #expect(CivilDate.secondsSince1970(parsing: text) == nil) }
}
