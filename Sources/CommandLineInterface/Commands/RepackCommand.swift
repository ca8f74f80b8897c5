import ArgumentParser
import Operations

/// `git model repack`.
struct RepackCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "repack",
        abstract: "Store the newest versions in full and older ones as differences",
        discussion: """
            No artifact and no pointer changes. What nothing needs any more goes, as gc would let it go. Everything is read back \
            before an old pack is deleted, so that twice the room of the store is needed for a while.

            Whoever stops it loses nothing: the same command goes on.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Only say what would be done, which takes as long")
    var dryRun = false

    @Flag(help: "Drop what nothing needs even if it is young; in the local store only")
    var pruneNow = false

    @Option(
        help: "Repack the store of this remote too, a directory that nobody else uses now",
        completion: .words(.remotes)
    )
    var remote: String?

    func perform(in context: Context) async throws -> RepackStore.Report {
        try await RepackStore(isDryRun: dryRun, prunesNow: pruneNow, remote: remote).run(in: context)
    }

    func render(_ report: RepackStore.Report, to text: inout Text) {
        for store in report.stores {
            let name = store.remote.map { "Remote \(DisplayText.quoted($0))" } ?? "Store"
            guard !store.isUnchanged else {
                text.line("\(name): nothing to repack")
                continue
            }
            let sizes = "\(Quantity.bytes(store.bytesBefore)) \(report.isDryRun ? "would become" : "became")"
            let frames =
                "encoded anew: \(Quantity.count(store.encodedFrames, "frame")), dropped: \(store.droppedFrames)"
            text.line("\(name): \(sizes) \(Quantity.bytes(store.bytesAfter)); \(frames)")
        }
    }
}
