import Testing

@testable import Registry

struct ConflictedTextTests {
    @Test(arguments: [
        ("a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\nd\n", "a\nb\nd\n"),
        ("<<<<<<< HEAD\nb\n||||||| base\nx\n=======\nc\n>>>>>>> side\n", "b\n"),
        ("a\r\n<<<<<<< ours\r\nb\r\n=======\r\nc\r\n>>>>>>> theirs\r\nd", "a\r\nb\r\nd"),
    ])
    func `Of a conflict our side counts`(text: String, ours: String) {
        #expect(ConflictedText(Array(text.utf8)).map { String(decoding: $0.ours, as: UTF8.self) } == ours)
    }

    @Test(arguments: ["", "a\n=======\nb\n", "<<<<<<<<\n", "a <<<<<<< ours\n", ">>>>>>> theirs\n"])
    func `A text without marks has none`(text: String) {
        #expect(ConflictedText(Array(text.utf8)) == nil)
    }
}
