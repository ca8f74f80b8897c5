import Git
import ModelCore
import Registry
import Remotes
import SystemIO
import SystemPackage

/// `git model get`: the artifacts of a version in a directory, without a clone; with a manifest, without Git.
package struct GetVersion: Sendable {
    /// Where the version is looked up.
    package enum Source: Sendable {
        /// In a Git repository, by its URL or path; only the remote of that name is asked, where one is given.
        case repository(url: String, version: String, remote: String?)
        /// In a file that `export manifest` wrote, whose first remote that can be reached is asked.
        ///
        /// Where a file of allowed signers is given, one of them has to have signed it.
        case manifest(path: String, allowedSigners: String?)
    }

    /// What was got.
    package struct Report: Operations.Report {
        /// The version's tag, or whatever it was called.
        package let version: String
        /// The commit.
        package let commit: String
        /// The directory that has the artifacts now.
        package let output: String
        /// The artifacts that were written.
        package let written: [RestoredArtifact]
        /// How many artifacts were there already.
        package let unchanged: Int
        /// The bytes that were received.
        package let bytes: Int64
        /// Who signed the manifest; left out where nobody asked.
        package let signer: String?
        /// How long it took, in ns.
        package let nanoseconds: Int64
    }

    private let source: Source
    private let paths: [String]
    private let output: String
    private let isForced: Bool

    /// Creates the operation on the artifacts that the paths name, or files of these, or all artifacts of the version's
    /// model.
    package init(_ source: Source, paths: [String] = [], to output: String = ".", isForced: Bool = false) {
        self.source = source
        self.paths = paths
        self.output = output
        self.isForced = isForced
    }

    /// What is to be delivered, and from where.
    private struct Order {
        let version: String
        let commit: String
        var signer: String?
        let orders: [DeliveryOrder]
        let remotes: [Delivery.Source]
    }

    /// Gets the version: everything that was asked for, or an error and nothing in its place.
    package func run(in context: Context) async throws -> Report {
        let started = context.now()
        let directory = context.workingDirectory.pushing(FilePath(output)).lexicallyNormalized()
        let delivery = try Delivery(to: directory, in: context)
        let order: Order
        let result: Delivery.Result
        do {
            order = try await self.order(in: delivery.scratch, context)
            result = try await delivery.run(order.orders, from: order.remotes, isForced: isForced)
        } catch {
            // What was only looked up is quickly looked up again.
            try? delivery.abandon()
            throw error
        }
        try delivery.finish()
        return Report(
            version: order.version,
            commit: order.commit,
            output: directory.string,
            written: result.written,
            unchanged: result.unchanged,
            bytes: result.byteCount,
            signer: order.signer,
            nanoseconds: context.now() - started
        )
    }

    private func order(in scratch: FilePath, _ context: Context) async throws -> Order {
        switch source {
        case .repository(let url, let version, let remote):
            let directory = scratch.appending("repository")
            let copy = try await VersionCopy(of: url, at: version, in: directory, context: context)
            let orders = try await copy.orders(paths)
            guard !orders.isEmpty else { throw Failure(.failed, "\(copy.version.name) has no artifacts") }
            return Order(
                version: copy.version.name,
                commit: copy.version.commit.hex,
                orders: orders,
                remotes: try copy.remotes(named: remote)
            )
        case .manifest(let path, let allowedSigners):
            let manifest = try manifest(at: path, in: context)
            var signer: String?
            if let allowedSigners {
                let signature = ManifestSignature(in: context, scratch: scratch)
                signer = try await signature.signer(of: manifest, allowedBy: allowedSigners)
            }
            return Order(
                version: manifest.version,
                commit: manifest.commit,
                signer: signer,
                orders: try DeliveryOrder.all(paths, among: manifest.artifacts, of: manifest.version),
                remotes: manifest.remotes.map { url in
                    Delivery.Source(name: url) {
                        let remote = try context.remote(at: url, from: context.workingDirectory)
                        return RemoteStore(remote, cache: scratch.appending("remote"))
                    }
                }
            )
        }
    }

    private func manifest(at path: String, in context: Context) throws -> VersionManifest {
        let file = context.workingDirectory.pushing(FilePath(path))
        let bytes = try DurableFile.read(file, limit: VersionManifest.byteLimit)
        do { return try VersionManifest(parsing: bytes) } catch {
            throw Failure(
                .verification,
                "\(path) is no version manifest",
                hints: ["write one where the repository is: `git model export manifest VERSION --output FILE`"],
                cause: error
            )
        }
    }
}
