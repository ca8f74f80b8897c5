import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model cat`: the bytes of an artifact, or of one file of a tree, without a checkout.
package struct PrintArtifact: Sendable {
    /// What was printed.
    package struct Report: Operations.Report {
        /// The path in the repository.
        package let path: String
        /// The number of bytes.
        package let size: Int64
        /// The object, as `sha256:` and hexadecimal digits.
        package let oid: String
        package var warnings: [String] = []
    }

    private let argument: String
    private let fetches: Bool

    /// Creates the operation on `VERSION:PATH`, or on `PATH` for what the work tree's pointer names.
    ///
    /// Behind a version, a path counts from the top of the repository, unless it begins with `./` or `../`.
    package init(_ argument: String, fetches: Bool = true) {
        self.argument = argument
        self.fetches = fetches
    }

    /// Writes the bytes to standard output; each is checked before it is written.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let lookup = ObjectLookup(workspace: workspace, store: joined.store, fetches: fetches)
        let found = try await lookup.find(argument)
        try await lookup.bring(found.object, of: found.artifact.pointer, named: found.path)
        try ObjectStream.read(found.object.oid, size: found.object.size, from: joined.store) { bytes in
            try context.cancellation.check()
            try context.writeOutput(bytes)
        }
        return Report(path: found.path.text, size: found.object.size, oid: found.object.oid.description)
    }
}
