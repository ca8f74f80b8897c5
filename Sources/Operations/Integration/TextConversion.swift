import Codec
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
        if let store = await store(in: context) { text += contents(of: pointer, in: store) }
        try Array(text.utf8).withUnsafeBytes(context.writeOutput)
        return Report()
    }

    /// Git names the file that it wants read as the one in the repository.
    private var artifactName: String {
        let name = FilePath(file).lastComponent?.string ?? ""
        return name.hasSuffix(Pointer.fileSuffix) ? String(name.dropLast(Pointer.fileSuffix.count)) : name
    }

    private func store(in context: Context) async -> LocalStore? {
        guard let workspace = try? await Workspace.discover(in: context, bare: true) else { return nil }
        return try? LocalStore(workspace.storePath)
    }

    /// Returns a line for each file of a tree, and for each tensor, as far as they are known here.
    private func contents(of pointer: Pointer, in store: LocalStore) -> String {
        let small = SmallFileTensors(ofArtifactNamed: artifactName, in: store)
        let tensors = Dictionary(grouping: (try? store.tensors(of: pointer, small)) ?? [], by: \.file)
        guard pointer.kind == .tree else { return TextConversion.lines(tensors[""] ?? []) }
        var reader = FrameReader(store)
        guard let listing = try? store.listing(pointer.oid, reader: &reader).tree else { return "" }
        var text = ""
        for entry in listing.entries {
            text += "\(entry.mode.rawValue) \(entry.size) \(entry.digest.hex.prefix(12)) "
            text += QuotedPath.encode(entry.path.text) + "\n" + TextConversion.lines(tensors[entry.path.text] ?? [])
        }
        return text
    }

    private static func lines(_ tensors: [StoredTensor]) -> String {
        tensors.map { tensor in
            let segment = tensor.segment
            let shape = segment.shape.map(String.init).joined(separator: ", ")
            let name = QuotedPath.encode(segment.name)
            return "tensor \(name) \(segment.type.name) [\(shape)] \(digest(of: segment).hex.prefix(12))\n"
        }.joined()
    }

    /// The digest of a tensor's bytes, or, where these are several frames, of the frames' digests: another wherever the
    /// bytes are.
    private static func digest(of segment: Segment) -> Digest {
        switch segment.content {
        case .inline(let bytes): SHA256.digest(of: bytes)
        case .frames(let frames) where frames.count == 1: frames[0].id
        case .frames(let frames): SHA256.digest(of: frames.flatMap { Array($0.id.hex.utf8) })
        }
    }
}
