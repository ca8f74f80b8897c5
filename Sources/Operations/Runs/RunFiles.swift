import Codec
import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// Reads the files of runs, wherever they are: beside the records of this clone, in the store, in a remote.
struct RunFiles {
    /// Larger ones are not read.
    private static let byteLimit: Int64 = 1 << 30

    let workspace: Workspace
    let store: LocalStore

    /// Returns a file's bytes; `nil` where the run has no such file.
    func bytes(of attachment: RunAttachment, of run: RunRecord) async throws -> [UInt8]? {
        guard let file = run.file(attachment) else { return nil }
        return try await bytes(of: file, in: attachment.name, keptAs: attachment.keptName, of: run)
    }

    /// Returns a plot's bytes.
    func bytes(of plot: RunFile, of run: RunRecord) async throws -> [UInt8] {
        try await bytes(of: plot, in: plot.path, keptAs: plot.path, of: run)
    }

    /// `name` is the file's in the record's directory, `keptName` beside the summary: what a record says may lead
    /// anywhere.
    private func bytes(
        of file: RunFile,
        in name: String,
        keptAs keptName: String,
        of run: RunRecord
    ) async throws -> [UInt8] {
        guard let oid = file.digest, (0...RunFiles.byteLimit).contains(file.size) else {
            throw Failure(.failed, "the record of run \(run.id.abbreviated) has no digest of \(keptName)")
        }
        let directory = workspace.runs.directory(of: run.id).path
        let own = try SafeRelativePath.resolve(root: directory, components: RepositoryPath(name).components)
        if try FileStatus.of(own) != nil {
            let bytes = try DurableFile.read(own, limit: Int(RunFiles.byteLimit))
            if SHA256.digest(of: bytes) == oid { return bytes }
        }
        let shared = try await SharedRuns(workspace).bytes(of: keptName, of: run.id)
        if let shared, SHA256.digest(of: shared) == oid { return shared }
        let path = try RepositoryPath("\(KeptRun.directory(of: run.id))/\(keptName)")
        let pointer = Pointer(oid: oid, size: file.size, kind: .file)
        do { try await bring(PointerIndex.Entry(imported: path, pointer)) } catch {
            throw Failure(nil, "cannot get \(keptName) of run \(run.id.abbreviated)", cause: error)
        }
        var bytes: [UInt8] = []
        try ObjectStream.read(oid, size: file.size, from: store) { bytes += Array($0) }
        return bytes
    }

    private func bring(_ file: PointerIndex.Entry) async throws {
        guard !Closure(of: [file.pointer], in: store).isComplete else { return }
        let report = try await workspace.fetch([file], from: nil, into: store)
        if let problem = report.problems.first { throw Failure(.failed, "\(problem.subject): \(problem.message)") }
    }
}
