import Codec
import ModelCore
import Remotes
import Store

/// `git model remote check`: tries out on a remote what pushing and fetching need, with a file that it deletes again.
package struct CheckRemote: Sendable {
    /// What the remote can do.
    package struct Report: Operations.Report {
        /// One thing that was tried.
        package struct Step: Encodable, Sendable {
            /// `store`, `list`, `write`, `read` or `delete`.
            package let name: String
            /// Whether it worked.
            package let isWorking: Bool
            /// What was found, or why it did not work.
            package let detail: String
        }

        /// The remote's name.
        package let name: String
        /// Its URL.
        package let url: String
        /// Whether only this machine sees it.
        package let isThisMachineOnly: Bool
        /// What was tried, in order.
        package var steps: [Step] = []
        package var hints: [String] = []

        /// Whether artifacts can be fetched from it.
        package var canRead: Bool { steps.allSatisfy { $0.isWorking || ["write", "delete"].contains($0.name) } }
        /// Whether artifacts can be pushed to it.
        package var canWrite: Bool { steps.allSatisfy(\.isWorking) && steps.contains { $0.name == "write" } }
        package var outcome: Outcome { canWrite ? .ok : .negative }

        mutating func add(_ name: String, _ isWorking: Bool, _ detail: String) {
            steps.append(Step(name: name, isWorking: isWorking, detail: detail))
        }
    }

    private let name: String?

    /// Creates the operation for a remote, or for the default one.
    package init(_ name: String? = nil) { self.name = name }

    /// Contacts the remote.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let remote = try workspace.remote(named: name)
        var report = Report(name: remote.name, url: remote.url, isThisMachineOnly: remote.isThisMachineOnly)
        try await look(at: remote, &report)
        if remote.store.remote.isReadOnly {
            await readFormat(in: remote.store.remote, &report)
            report.add("write", false, "not tried: nobody writes to a remote of this kind")
            return report
        }
        await list(remote.store.remote, &report)
        guard try workspace.agrees(to: remote.url) else {
            report.add("write", false, "not tried: nobody on this machine agreed to \(remote.location)")
            report.hints = ["agree to it: `\(Trust.line(remote.location))`"]
            return report
        }
        // Not random, but never twice: nobody has to guess it.
        let bytes = Array("git-model probe \(context.now())\n".utf8)
        try await probe(remote.store.remote, bytes, &report)
        return report
    }

    private func look(at remote: ConfiguredRemote, _ report: inout Report) async throws {
        if let format = try await remote.store.format() {
            let isKnown = format.unknownForWriting.isEmpty
            let newer = "a newer git-model writes it (\(format.unknownForWriting.joined(separator: ", ")))"
            report.add("store", isKnown, isKnown ? "git-model store 1" : newer)
        } else if try remote.acknowledged().isEmpty {
            let isReadOnly = remote.store.remote.isReadOnly
            report.add("store", !isReadOnly, isReadOnly ? "there is none" : "none yet: the first push makes one")
        } else {
            throw Failure(
                .unreachable,
                "cannot reach remote \(remote.name): there is no store at \(RemoteURL.shown(remote.url)), though there was one",
                hints: ["if it has moved: `git model remote add --force \(remote.name) URL`"]
            )
        }
    }

    private func list(_ remote: any Remote, _ report: inout Report) async {
        do {
            let packs = try await remote.list("packs")
            report.add("list", true, "\(packs.count) \(packs.count == 1 ? "pack" : "packs")")
        } catch { report.add("list", false, "\(error)") }
    }

    /// Reads the one file that every store has, as objects are read: whole, and in part.
    private func readFormat(in remote: any Remote, _ report: inout Report) async {
        guard report.canRead else { return }
        do {
            let whole = try await remote.read(StoreLayout.format, range: nil)
            let part = try await remote.read(StoreLayout.format, range: 4..<9)
            let isRight = part.elementsEqual(whole.dropFirst(4).prefix(5))
            report.add(
                "read",
                isRight,
                isRight ? "the same, whole and in part" : "a part is not what the whole has there"
            )
        } catch { report.add("read", false, "\(error)") }
    }

    private func probe(_ remote: any Remote, _ bytes: [UInt8], _ report: inout Report) async throws {
        let file = "probe-\(SHA256.digest(of: bytes).hex)"
        do {
            try await remote.probePacks(for: .writing)
            try await remote.write(bytes, to: file)
            try await remote.publish()
        } catch {
            report.add("write", false, "\(error)")
            do { try await remote.probePacks(for: .reading) } catch { report.add("read", false, "\(error)") }
            return
        }
        report.add("write", true, "wrote \(bytes.count) B")
        do {
            try await remote.probePacks(for: .reading)
            let whole = try await remote.read(file, range: nil)
            let part = try await remote.read(file, range: 4..<9)
            let isRight = whole == bytes && part == Array(bytes[4..<9])
            report.add("read", isRight, isRight ? "the same, whole and in part" : "not what was written")
        } catch { report.add("read", false, "\(error)") }
        do {
            try await remote.delete(file)
            try await remote.publish()
            let isGone = try await remote.size(of: file) == nil
            report.add("delete", isGone, isGone ? "gone again" : "\(file) is still there")
        } catch { report.add("delete", false, "\(error)") }
    }
}
