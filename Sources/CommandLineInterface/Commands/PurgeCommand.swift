import ArgumentParser
import Operations

/// `git model purge`.
struct PurgeCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Take away for good the bytes that only some versions need",
        discussion: """
            For what must not exist any more, such as a leaked model. Tags, commits and pointers stay as they are; of the bytes of \
            the versions' artifacts, what no other version needs goes, from the local store and from every remote. In a directory, \
            which nobody else may use meanwhile, they are gone at the end; elsewhere nothing finds them any more, and \
            `git model gc --remote` deletes them a day later. The end says where bytes are left, and what to do there.

            History by itself keeps nothing, but what HEAD, a branch, a stash, an index or a work tree has is refused, and so is a \
            Git remote with versions or branches that were not fetched. Files of the work tree stay.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The versions", completion: .words(.versions))
    var versions: [String]

    @Flag(name: .shortAndLong, help: "Only say what would go")
    var dryRun = false

    @Flag(help: "Yes, for good")
    var yes = false

    @Flag(name: .shortAndLong, help: "Purge what is in use, too, and where a Git remote cannot be asked")
    var force = false

    func perform(in context: Context) async throws -> PurgeVersions.Report {
        try await PurgeVersions(versions, isDryRun: dryRun, isConfirmed: yes, isForced: force).run(in: context)
    }

    func render(_ report: PurgeVersions.Report, to text: inout Text) {
        var table = Table([.left, .right, .left, .left], indent: 2)
        for artifact in report.artifacts {
            let others = artifact.neededBy.joined(separator: ", ")
            table.row(
                others.isEmpty ? report.isDryRun ? "goes" : "purged" : "stays",
                Quantity.bytes(artifact.size),
                DisplayText.quoted(artifact.path),
                others.isEmpty ? "" : "for \(others)"
            )
        }
        text.table(table)
        for store in report.stores {
            let name = store.remote.map { "Remote \(DisplayText.quoted($0))" } ?? "Store"
            let frames = "\(Quantity.count(store.droppedFrames, "frame")) dropped, \(store.encodedFrames) anew"
            let sizes = "\(Quantity.bytes(store.bytesBefore)) \(report.isDryRun ? "would become" : "became")"
            let gone = store.goneAfter.map { "; gone after \($0)" } ?? ""
            let work =
                store.isUnchanged ? "nothing to purge" : "\(sizes) \(Quantity.bytes(store.bytesAfter)); \(frames)"
            text.line("\(name): \(work)\(gone)")
        }
    }
}
