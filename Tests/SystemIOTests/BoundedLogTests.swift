import SystemIO
import SystemPackage
import Testing

@Suite("A log of bounded size")
struct BoundedLogTests {
    private func lines(of scratch: ScratchDirectory, _ names: [String]) throws -> [Int] {
        try names.flatMap { try scratch.text(of: $0).split(separator: "\n").compactMap { Int($0) } }
    }

    @Test func `full files stay beside it, and the oldest goes`() throws {
        let scratch = try ScratchDirectory()
        let log = BoundedLog(scratch.path.appending("log"), limit: 100, keeping: 2)
        for number in 10..<110 { try log.append(Array("\(number)\n".utf8)) }
        #expect(try scratch.names() == ["log", "log.1", "log.2"])
        for name in try scratch.names() { #expect(try scratch.text(of: name).utf8.count <= 100) }
        // What is there goes on without a gap up to the last line.
        let lines = try lines(of: scratch, ["log.2", "log.1", "log"])
        #expect(lines.last == 109 && lines.count > 50 && lines == Array((lines.first ?? 0)...109))
    }

    @Test func `nothing is lost where many write at once, and a piece stays a piece`() async throws {
        let scratch = try ScratchDirectory()
        let log = BoundedLog(scratch.path.appending("log"), limit: 1000, keeping: 50)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<250 { try log.append(Array("\(1000 * (writer + 1) + number)\n".utf8)) }
                }
            }
            try await group.waitForAll()
        }
        let expected = (1...4).flatMap { writer in (0..<250).map { 1000 * writer + $0 } }
        #expect(try lines(of: scratch, scratch.names()).sorted() == expected)
    }

    @Test func `a piece beyond the bound, and a file that was there before, are no errors`() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(String(repeating: "x", count: 500), to: "log")
        let log = BoundedLog(scratch.path.appending("log"), limit: 100, keeping: 1)
        try log.append(Array(repeating: UInt8(ascii: "y"), count: 300))
        #expect(try scratch.text(of: "log.1").utf8.count == 500 && scratch.text(of: "log").utf8.count == 300)
        try log.append(Array("z".utf8))
        #expect(try scratch.text(of: "log") == "z" && scratch.names() == ["log", "log.1"])
    }
}
