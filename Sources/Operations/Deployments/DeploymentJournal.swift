import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage

/// The events of a target that are not known to be in Git yet: a file each, in a directory of the target's or of this
/// clone's.
///
/// `<id>.json` is what happened. `<id>.pending` is what is about to happen: written before the switch, so that whoever
/// comes after a process that was killed knows what it was at.
struct DeploymentJournal: Sendable {
    /// What the files say.
    struct Contents {
        /// What happened, by sequence.
        var events: [DeploymentEvent] = []
        /// What somebody was about to do.
        var pending: [DeploymentEvent] = []
        var warnings: [String] = []
    }

    private static let suffix = ".json"
    private static let pendingSuffix = ".pending"
    /// More are never there, unless somebody wants to fill the memory.
    private static let countLimit = 10_000

    let target: TargetName
    let directory: FilePath

    /// Reads all files; those that are no events of the target are warned of.
    func contents() throws -> Contents {
        var contents = Contents()
        guard try FileStatus.of(directory)?.kind == .directory else { return contents }
        for entry in try DirectoryEntry.all(in: directory).prefix(DeploymentJournal.countLimit) {
            let isPending = entry.name.hasSuffix(DeploymentJournal.pendingSuffix)
            guard isPending || entry.name.hasSuffix(DeploymentJournal.suffix), !entry.name.hasPrefix(".") else {
                continue
            }
            let path = directory.appending(entry.name)
            guard entry.kind == .regular,
                let bytes = try? DurableFile.read(path, limit: DeploymentEvent.byteLimit),
                let event = DeploymentEvent(parsing: bytes, of: target)
            else {
                contents.warnings.append("\(path) is no event of \(target), and is left alone")
                continue
            }
            if isPending { contents.pending.append(event) } else { contents.events.append(event) }
        }
        contents.events = DeploymentHistory(target, contents.events).events
        return contents
    }

    /// Notes what is about to happen; it is on the disk when this returns.
    func announce(_ event: DeploymentEvent) throws {
        try Directories.create(directory)
        try DurableFile.write(try event.encoded(), to: path(event, DeploymentJournal.pendingSuffix))
    }

    /// Notes what happened, in place of what was about to happen.
    func note(_ event: DeploymentEvent) throws {
        try Directories.create(directory)
        try DurableFile.write(try event.encoded(), to: path(event, DeploymentJournal.suffix))
        try withdraw(event)
    }

    /// Takes back that something was about to happen.
    func withdraw(_ event: DeploymentEvent) throws {
        try DurableFile.remove(path(event, DeploymentJournal.pendingSuffix))
    }

    /// Takes back all that was about to happen and could not be settled, as the end of a canary: something else was
    /// done since.
    func withdrawUnsettled() throws {
        for event in try contents().pending { try withdraw(event) }
    }

    /// Removes events that are where everybody finds them.
    func remove(_ events: [DeploymentEvent]) throws {
        for event in events { try DurableFile.remove(path(event, DeploymentJournal.suffix)) }
    }

    private func path(_ event: DeploymentEvent, _ suffix: String) -> FilePath {
        directory.appending(event.id + suffix)
    }
}

extension [DeploymentJournal] {
    /// Reads all of them; an event that several have counts once.
    func contents() throws -> DeploymentJournal.Contents {
        var contents = DeploymentJournal.Contents()
        for journal in self {
            let read = try journal.contents()
            contents.events = DeploymentHistory(journal.target, contents.events + read.events).events
            contents.pending += read.pending
            contents.warnings += read.warnings
        }
        return contents
    }
}

extension DeploymentEvent {
    /// The most bytes that an event may have.
    static let byteLimit = 1 << 20
    /// The places in a history that an event can have.
    static let sequences = 1...1_000_000_000

    /// Reads an event of a target; `nil` for what is none, or was written by a later version of git-model.
    init?(parsing bytes: [UInt8], of target: TargetName) {
        guard bytes.count <= DeploymentEvent.byteLimit,
            let event = try? JSONDecoder().decode(DeploymentEvent.self, from: Data(bytes)),
            event.schema == DeploymentEvent.schema, event.target == target.text,
            DeploymentEvent.sequences.contains(event.sequence),
            event.id.utf8.count == 32,
            event.id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self = event
    }

    /// The event as machine-written files have it; throws where nobody could read that.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = JSONText.indented(try encoder.encode(self))
        guard DeploymentEvent(parsing: bytes, of: try TargetName(target)) != nil else {
            throw Failure(
                .failed,
                "event \(sequence) of \(target), of \(bytes.count) bytes, cannot be noted: nobody could read it again",
                hints: ["see what is noted there of events: `git model deployments \(target)`"]
            )
        }
        return bytes
    }

    /// A name that nobody else draws.
    static func newID() -> String { Hexadecimal.string((0..<16).map { _ in UInt8.random(in: 0...255) }) }

    /// What the commit that brings it says.
    var message: String {
        let verb = action == .deploy ? "Deploy" : "Roll back to"
        let subject = "\(verb) \(model) \(version) on \(target): \(state.rawValue)"
        return reason.map { "\(subject)\n\n\($0)" } ?? subject
    }
}
