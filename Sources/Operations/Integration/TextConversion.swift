import ModelCore
import Store
import SystemIO
import SystemPackage

/// `git model textconv`: a pointer as people read it in `git diff`, `git log -p` and `git show`.
package struct TextConversion: Sendable {
    /// Nothing: the text itself is written as it is made.
    package struct Report: Operations.Report {
        private enum CodingKeys: CodingKey {}
    }

    private static let fileLimit = 1 << 30

    private let file: String

    /// Creates the conversion of a file, a pointer or not.
    package init(_ file: String) { self.file = file }

    /// Writes the text; what is no pointer is written as it is, for Git would fail with us.
    package func run(in context: Context) async throws -> Report {
        let path = context.workingDirectory.pushing(FilePath(file))
        guard let bytes = try? DurableFile.read(path, limit: TextConversion.fileLimit) else { return Report() }
        guard let pointer = try? Pointer(parsing: bytes) else {
            try bytes.withUnsafeBytes(context.writeOutput)
            return Report()
        }
        var text = "kind \(pointer.kind.rawValue)\nsize \(pointer.size)\noid sha256:\(pointer.oid.hex)\n"
        if pointer.kind == .tree, let listing = await listing(of: pointer, in: context) {
            for entry in listing.entries {
                text += "\(entry.mode.rawValue) \(entry.size) \(entry.digest.hex.prefix(12)) "
                text += QuotedPath.encode(entry.path.text) + "\n"
            }
        }
        try Array(text.utf8).withUnsafeBytes(context.writeOutput)
        return Report()
    }

    private func listing(of pointer: Pointer, in context: Context) async -> TreeListing? {
        guard let workspace = try? await Workspace.discover(in: context, bare: true),
            let store = try? LocalStore(workspace.storePath)
        else { return nil }
        var reader = FrameReader(store)
        return try? store.listing(pointer.oid, reader: &reader).tree
    }
}
