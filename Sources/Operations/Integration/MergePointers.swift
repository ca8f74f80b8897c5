import ModelCore
import Store
import SystemIO
import SystemPackage

/// `git model merge-driver`: merges the pointers of one artifact, trees file by file.
package struct MergePointers: Sendable {
    /// How the merge ended.
    package struct Report: Operations.Report {
        /// Whether the result needs the user.
        package let isConflict: Bool
        package var outcome: Outcome { isConflict ? .negative : .ok }
    }

    private let base: String
    private let ours: String
    private let theirs: String
    private let name: String

    /// Creates the operation on the three files that Git wrote, and the pointer's own path for messages.
    package init(base: String, ours: String, theirs: String, name: String) {
        self.base = base
        self.ours = ours
        self.theirs = theirs
        self.name = name
    }

    /// Writes the result over our file, as Git expects it.
    package func run(in context: Context) async throws -> Report {
        func read(_ file: String) throws -> [UInt8] {
            try DurableFile.read(context.workingDirectory.pushing(FilePath(file)), limit: 1 << 20)
        }
        let output = context.workingDirectory.pushing(FilePath(ours))
        let (base, ours, theirs) = (try read(base), try read(ours), try read(theirs))
        if ours == theirs || theirs == base { return Report(isConflict: false) }
        if ours == base {
            try DurableFile.write(theirs, to: output)
            return Report(isConflict: false)
        }
        if let merged = try? await mergedTree(base, ours, theirs, in: context) {
            try DurableFile.write(merged.encoded, to: output)
            return Report(isConflict: false)
        }
        let marked = "<<<<<<< ours\n".utf8 + ours + "=======\n".utf8 + theirs + ">>>>>>> theirs\n".utf8
        try DurableFile.write(Array(marked), to: output)
        return Report(isConflict: true)
    }

    /// Merges three trees whose listings are here; `nil` where both sides changed one file, or where it is no tree.
    private func mergedTree(
        _ base: [UInt8],
        _ ours: [UInt8],
        _ theirs: [UInt8],
        in context: Context
    ) async throws -> Pointer? {
        let pointers = try [base, ours, theirs].map { try Pointer(parsing: $0) }
        guard pointers.allSatisfy({ $0.kind == .tree }) else { return nil }
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        var reader = FrameReader(joined.store)
        var sides: [[RepositoryPath: TreeEntry]] = []
        for pointer in pointers {
            let listing = try joined.store.listing(pointer.oid, reader: &reader).tree
            sides.append(Dictionary(listing.entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }))
        }
        var entries: [TreeEntry] = []
        for path in Set(sides.flatMap(\.keys)) {
            let (before, our, their) = (sides[0][path], sides[1][path], sides[2][path])
            guard our == their || our == before || their == before else { return nil }
            if let entry = our == before ? their : our { entries.append(entry) }
        }
        let listing = try TreeListing(entries)
        let session = try IngestSession(
            joined.store,
            pool: workspace.pool,
            cancellation: context.cancellation,
            progress: { _ in }
        )
        _ = try session.add(listing)
        let pointer = listing.pointer
        _ = try session.finish(pointers: [pointer])
        return pointer
    }
}
