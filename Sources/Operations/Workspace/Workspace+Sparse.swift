import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Any blob: paths are asked about, and none is read.
    private static let anyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

    /// Returns the files at some places, or in directories there, that a sparse checkout leaves out of the work tree,
    /// as the index has them; throws where one has more bytes than `limit`.
    func leftOutFiles(_ places: [GitPathspec], limit: Int64) async throws(GitError) -> [GitPath: [UInt8]] {
        let entries = try await repository.leftOut(places).filter(\.mode.isFile)
        guard !entries.isEmpty else { return [:] }
        let blobs = try await repository.objects.blobs(entries.map(\.id), limit: limit)
        let files = entries.compactMap { entry in blobs[entry.id].map { (entry.path, $0) } }
        return Dictionary(files) { first, _ in first }
    }

    /// Returns the artifacts whose pointers Git checks out here: all, or those that a sparse checkout does not leave
    /// out.
    ///
    /// Git itself decides, in an empty repository whose index has these paths alone: neither the work tree nor the
    /// index of this one changes, and every Git can do it, other than `sparse-checkout check-rules`.
    func withinSparseCheckout(_ artifacts: [PointerIndex.Entry]) async throws -> [PointerIndex.Entry] {
        let configuration = try await repository.program.configuration()
        guard !artifacts.isEmpty, configuration.flag("core.sparseCheckout") == true else { return artifacts }
        let place: [GitArgument] = ["rev-parse", "--path-format=absolute", "--git-path", "info/sparse-checkout"]
        let patterns = FilePath(try await repository.program.run(place).line)
        guard try FileStatus.of(patterns) != nil else { return artifacts }
        let scratch = try TemporaryDirectory(in: modelDirectory.appending("tmp"))
        let git = repository.program.with(
            directory: scratch.path,
            environment: Dictionary(uniqueKeysWithValues: Context.locatingVariables.map { ($0, String?.none) })
        )
        try await git.run(["init", "--quiet", "--template=", "--object-format=sha1"])
        let info = scratch.path.appending(".git/info")
        try Directories.create(info, durable: false)
        try DurableFile.write(
            DurableFile.read(patterns, limit: 16 << 20),
            to: info.appending("sparse-checkout"),
            permissions: 0o600
        )
        let pointers = artifacts.map { GitPath($0.path.appendingPointerSuffix.text) }
        let start = Array("100644 \(Workspace.anyBlob)\t".utf8)
        try await git.run(["update-index", "-z", "--index-info"], input: pointers.flatMap { start + $0.bytes + [0] })
        let isCone = configuration.flag("core.sparseCheckoutCone")
        let cone: [GitArgument] = isCone.map { ["-c", "core.sparseCheckoutCone=\($0)"] } ?? []
        // Whatever the user has set up for all repositories is not for this one.
        let settings: [GitArgument] = [
            "-c", "core.sparseCheckout=true", "-c", "index.sparse=false", "-c", "core.hooksPath=/dev/null", "-c",
            "core.fsmonitor=false",
        ]
        try await git.run(settings + cone + ["sparse-checkout", "reapply"])
        // A letter for the state, a space, the path (git-ls-files(1), -t); S is what the patterns leave out.
        let output = try await git.run(settings + cone + ["ls-files", "-z", "-t"])
        let left = Set(
            output.bytes.split(separator: 0).filter { $0.first == UInt8(ascii: "S") }.map { Array($0.dropFirst(2)) }
        )
        return zip(artifacts, pointers).filter { !left.contains($0.1.bytes) }.map(\.0)
    }
}
