import Testing

@testable import CommandLineInterface
@testable import Operations

@Suite struct GetCommandTests {
    @Test(arguments: [true, false])
    func `What a version, a commit or a directory is called cannot pass for anything else`(isNew: Bool) {
        let name = "v1\u{1B}[31m\nSigned by eve\u{202E}"
        let artifact = RestoredArtifact(path: "w.bin", size: 1)
        let report = GetVersion.Report(
            version: name,
            commit: "\u{9B}2J0123",
            output: name,
            written: isNew ? [artifact] : [],
            unchanged: 1,
            bytes: 0,
            signer: nil,
            nanoseconds: 0
        )
        var text = Text()
        GetCommand().render(report, to: &text)
        #expect(!text.content.contains("\nSigned by"), "\(text.content)")
        let raw: Set<Unicode.Scalar> = ["\u{1B}", "\u{9B}", "\u{202E}"]
        #expect(!text.content.unicodeScalars.contains { raw.contains($0) }, "\(text.content)")
        #expect(text.content.contains(#""v1\033[31m\nSigned by eve\342\200\256""#), "\(text.content)")
    }
}
