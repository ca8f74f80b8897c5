import Testing

@testable import Operations

@Suite struct IgnoreFileTests {
    static let cases = [
        ("", false, "/w.bin\n", ""),
        ("*.o\n", false, "*.o\n/w.bin\n", "*.o\n"),
        ("*.o", false, "*.o\n/w.bin\n", "*.o\n"),
        ("\n*.o\n\n", false, "\n*.o\n\n/w.bin\n", "\n*.o\n\n"),
        ("/w.bin\n*.o\n", true, "/w.bin\n*.o\n", "*.o\n"),
        ("/w.bin\r\n*.o\r\n", true, "/w.bin\r\n*.o\r\n", "*.o\r\n"),
        ("*.o\r\n/w.bin", true, "*.o\r\n/w.bin\r\n", "*.o\r\n"),
        ("*.o\r\n", false, "*.o\r\n/w.bin\r\n", "*.o\r\n"),
        ("*.o\n/w.bin\r\n", true, "*.o\n/w.bin\r\n", "*.o\n"),
        ("*.o\n/w.bin\r\r\n", false, "*.o\n/w.bin\r\r\n/w.bin\n", "*.o\n/w.bin\r\r\n"),
    ]

    @Test(arguments: cases) func `A name gets one line, with the ending that the file has, and loses it again`(
        _ before: String,
        _ isThere: Bool,
        _ ignored: String,
        _ after: String
    ) {
        var file = IgnoreFile(Array(before.utf8))
        let isAdded = file.ignore(["w.bin"])
        #expect(isAdded == !isThere)
        #expect(file.bytes == Array(ignored.utf8))
        let isAddedAgain = file.ignore(["w.bin"])
        #expect(!isAddedAgain)
        let isRemoved = file.unignore("w.bin")
        #expect(isRemoved)
        #expect(file.bytes == Array(after.utf8))
    }

    @Test func `Git would take a carriage return at the end of a name for one of the line`() {
        var file = IgnoreFile([])
        _ = file.ignore(["w\r"])
        #expect(file.bytes == Array("/w?\n".utf8))
    }
}
