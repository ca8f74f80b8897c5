import ModelCore
import Store
import SystemIO
import SystemPackage

/// `git model textconv`: a pointer as `git diff` and `git log -p` show it.
package struct TextConversion: Sendable {
    /// The text.
    package struct Report: Operations.Report {
        /// The lines, each ended by a line feed.
        package let text: String
    }

    private let file: String

    /// Creates the operation on a file that Git wrote, or one of the work tree.
    package init(_ file: String) { self.file = file }

    /// Describes the pointer; what is no pointer is shown as it is, for `git log -p` fails where this does.
    package func run(in context: Context) async throws -> Report {
        let path = context.workingDirectory.pushing(FilePath(file))
        let bytes = try DurableFile.read(path, limit: 1 << 24)
        guard let pointer = try? Pointer(parsing: bytes) else {
            return Report(text: String(decoding: bytes, as: UTF8.self))
        }
        var text = "kind \(pointer.kind.rawValue)\nsize \(pointer.size)\noid \(pointer.oid)\n"
        guard pointer.kind == .tree, let workspace = try? await Workspace.open(in: context),
            let joined = try? workspace.openStore()
        else { return Report(text: text) }
        var reader = FrameReader(joined.store)
        guard let listing = try? joined.store.listing(pointer.oid, reader: &reader).tree else {
            return Report(text: text)
        }
        for entry in listing.entries {
            text += "\(entry.mode.rawValue) \(entry.size) \(entry.digest.abbreviated) \(entry.path)\n"
        }
        return Report(text: text)
    }
}
