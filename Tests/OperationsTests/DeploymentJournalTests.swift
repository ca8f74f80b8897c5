import Deployment
import SystemIO
import SystemPackage
import Testing

@testable import Operations

/// Events on their way into Git, and those that somebody was only about to make.
struct DeploymentJournalTests {
    @Test func `What is announced becomes what happened, and goes once everybody knows`() throws {
        try EventFixture.withDirectory { directory in
            let journal = DeploymentJournal(target: try EventFixture.target(), directory: directory)
            #expect(try journal.contents().events.isEmpty && journal.contents().pending.isEmpty)
            let seal = try EventFixture.seal()
            let (one, two) = (
                try EventFixture.event(1, of: seal), try EventFixture.event(2, of: seal, reason: "é\n\"x\"")
            )
            try journal.announce(two)
            #expect(try journal.contents().pending == [two] && journal.contents().events.isEmpty)
            try journal.note(two)
            try journal.note(one)
            #expect(try journal.contents().events == [one, two] && journal.contents().pending.isEmpty)
            try journal.remove([one])
            try journal.remove([one])
            #expect(try journal.contents().events == [two])
            try journal.announce(one)
            try journal.withdraw(one)
            #expect(try DirectoryEntry.all(in: directory).map(\.name) == ["\(two.id).json"])
            for event in [one, try EventFixture.event(3, of: seal)] { try journal.announce(event) }
            try journal.withdrawUnsettled()
            #expect(try journal.contents().pending.isEmpty && journal.contents().events == [two])
        }
    }

    @Test func `What several journals have is in order, and each event of theirs counts once`() throws {
        try EventFixture.withDirectory { directory in
            let target = try EventFixture.target()
            let journals = ["there", "here"].map {
                DeploymentJournal(target: target, directory: directory.appending($0))
            }
            let seal = try EventFixture.seal()
            let events = try (1...4).map { try EventFixture.event($0, of: seal) }
            for event in [events[0], events[2]] { try journals[0].note(event) }
            for event in [events[1], events[2]] { try journals[1].note(event) }
            try journals[1].announce(events[3])
            let contents = try journals.contents()
            #expect(contents.events == Array(events.prefix(3)) && contents.pending == [events[3]])
            #expect(contents.warnings.isEmpty)
        }
    }

    @Test func `Files that are no events of the target are named, and left alone`() throws {
        try EventFixture.withDirectory { directory in
            let journal = DeploymentJournal(target: try EventFixture.target(), directory: directory)
            let event = try EventFixture.event(1, of: try EventFixture.seal())
            try journal.note(event)
            var other = event
            other.target = "other"
            let odd: [(name: String, bytes: [UInt8])] = [
                ("nonsense.json", Array("{".utf8)), ("empty.pending", []), ("other.json", try other.encoded()),
                ("long.json", [UInt8](repeating: 0x20, count: DeploymentEvent.byteLimit + 1)),
            ]
            for file in odd { try DurableFile.write(file.bytes, to: directory.appending(file.name)) }
            try SymbolicLink.write(target: "\(event.id).json", to: directory.appending("link.json"))
            for name in ["README", ".git-model-tmp-x.json"] {
                try DurableFile.write([], to: directory.appending(name))
            }
            let contents = try journal.contents()
            #expect(contents.events == [event] && contents.pending.isEmpty)
            #expect(contents.warnings.count == 5, "\(contents.warnings)")
            for file in odd { #expect(try FileStatus.of(directory.appending(file.name)) != nil) }
        }
    }

    @Test func `An event that Git has survives the way there and back`() throws {
        let event = try EventFixture.event(3, of: try EventFixture.seal(), reason: "Wrong on short texts")
        let bytes = try event.encoded()
        #expect(DeploymentEvent(parsing: bytes, of: try EventFixture.target()) == event)
        #expect(bytes.last == UInt8(ascii: "\n") && bytes.starts(with: Array("{\n  \"abandoned\": ".utf8)))
        #expect(event.message == "Roll back to bert v1.0.0 on edge: Succeeded\n\nWrong on short texts")
    }

    @Test(arguments: [
        ("\"schema\": 1", "\"schema\": 2"), ("\"sequence\": 3", "\"sequence\": 0"),
        ("\"sequence\": 3", "\"sequence\": 2000000000"), ("\"target\": \"edge\"", "\"target\": \"prod\""),
        ("\"id\": \"03", "\"id\": \"0G"), ("\"id\": \"03", "\"id\": \"../"),
        ("\"release\": \"bert", "\"release\": \"../bert"), ("\"state\": \"Succeeded\"", "\"state\": \"Perhaps\""),
    ])
    func `What an event must not say makes it none`(_ text: String, _ other: String) throws {
        let event = try EventFixture.event(3, of: try EventFixture.seal())
        let changed = String(decoding: try event.encoded(), as: UTF8.self).replacing(text, with: other)
        #expect(changed.contains(other))
        #expect(DeploymentEvent(parsing: Array(changed.utf8), of: try EventFixture.target()) == nil)
    }

    @Test func `An event that nobody could read again is not written`() throws {
        try EventFixture.withDirectory { directory in
            let journal = DeploymentJournal(target: try EventFixture.target(), directory: directory)
            let seal = try EventFixture.seal()
            let long = String(repeating: "x", count: DeploymentEvent.byteLimit)
            for event in [
                try EventFixture.event(1_000_000_001, of: seal), try EventFixture.event(1, of: seal, reason: long),
            ] {
                #expect(throws: Failure.self) { try journal.announce(event) }
                #expect(throws: Failure.self) { try journal.note(event) }
            }
            #expect(try DirectoryEntry.all(in: directory).isEmpty)
        }
    }

    @Test func `Names that nobody else draws are those of events`() {
        let names = (0..<100).map { _ in DeploymentEvent.newID() }
        #expect(Set(names).count == 100 && names.allSatisfy { $0.utf8.count == 32 })
    }
}
