import Git
import ModelCore
import Registry
import Store

/// `git model show`: everything about one version.
package struct ShowVersion: Sendable {
    /// The version.
    package struct Report: Operations.Report {
        /// A file of a directory.
        package struct File: Encodable, Sendable {
            /// The path in the directory.
            package let path: String
            /// The layout that it was understood as.
            package let layout: String
            /// Why it was not understood better, or what whoever loads it should know.
            package let note: String
        }

        /// An artifact of the version.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// `file` or `tree`.
            package let kind: String
            /// The size in bytes.
            package let size: Int64
            /// The object, as `sha256:` and hexadecimal digits.
            package let oid: String
            /// The layout that the file was understood as, where the local store has its manifest, or there is a note.
            package let layout: String?
            /// Why it was not understood better, or what whoever loads it should know.
            package let note: String?
            /// The files of a directory of which there is something to tell; `nil` where there are none.
            package let files: [File]?
            /// Whether the local store has all of its bytes.
            package let isHere: Bool
            /// Whether they are missing because they were purged.
            package let isPurged: Bool
            /// The tensors, where they were asked for and the local store has the manifests, or the bytes of small
            /// files.
            package let tensors: [TensorRow]?
        }

        /// The tag's name, or the revision that was asked for.
        package let name: String
        /// The model, where the version is one.
        package let model: String?
        /// The commit.
        package let commit: String
        /// The first line of the commit's message.
        package let commitSubject: String
        /// Who tagged it, or committed where there is no tag that says it: name and address.
        package let tagger: String
        /// The day of that.
        package let date: String
        /// The time of that, in ISO 8601, UTC.
        package let time: String
        /// Whether the tag carries a signature, good or bad.
        package let isSigned: Bool
        /// What the tag's message says, without the trailers.
        package let message: String
        /// The artifacts, by path.
        package let artifacts: [Artifact]
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let version: String?
    private let paths: [String]
    private let showsTensors: Bool

    /// Creates the operation for a version or revision, or for what is checked out; `paths` limit which of its
    /// artifacts are shown, and `tensors` lists those of their files, too.
    package init(_ version: String? = nil, paths: [String] = [], tensors: Bool = false) {
        self.version = version
        self.paths = paths
        showsTensors = tensors
    }

    /// Reads the tag, the commit, its pointers and their manifests; fetches nothing.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let resolved = try await resolve(in: workspace)
        let commit = try await workspace.repository.objects.commit(resolved.commit)
        let who = resolved.version?.annotation?.tagger ?? commit.committer
        let message = resolved.version?.annotation?.message
        let pointers = try await workspace.pointers(of: resolved)
        var unread: [String] = []
        let artifacts = try workspace.select(paths, among: pointers.entries).map { artifact in
            let small = workspace.smallFileTensors(of: artifact.path, in: joined.store)
            let row = try row(artifact, in: joined.store, small)
            if !showsTensors, small.overlooked > 0 {
                unread.append("\(artifact.path): \(small.overlooked) of its small files were not looked into")
            }
            if let remark = small.remark { unread.append("\(artifact.path): \(remark)") }
            return row
        }
        var report = Report(
            name: resolved.name,
            model: resolved.version?.model.text,
            commit: resolved.commit.hex,
            commitSubject: commit.subject,
            tagger: "\(who.name) <\(who.email)>",
            date: CivilDate(secondsSince1970: who.time, offsetMinutes: who.offsetMinutes).text,
            time: CivilDate.time(secondsSince1970: who.time),
            isSigned: resolved.version?.isSigned ?? false,
            message: message.map { ShowVersion.text(of: $0) } ?? "",
            artifacts: artifacts
        )
        report.warnings = pointers.damaged.map { "\($0.path) is no pointer: \($0.problem)" }
        report.warnings += unread
        if let problem = resolved.version?.problem { report.warnings.append("the tag cannot be relied on: \(problem)") }
        if resolved.version?.isDeregistered == true { report.warnings.append("\(resolved.name) was taken back") }
        if report.artifacts.contains(where: { !$0.isHere && !$0.isPurged }) {
            report.hints = ["get the bytes: `git model fetch \(resolved.name)`"]
        }
        return report
    }

    private func resolve(in workspace: Workspace) async throws -> ResolvedVersion {
        if let version {
            do { return try await workspace.resolve(version) } catch {
                guard case ResolutionError.unknown = error, let tracked = try? await workspace.pointers().entries,
                    (try? workspace.select([version], among: tracked)) != nil
                else { throw error }
                throw Failure(
                    .failed,
                    "\(version) is no version, but an artifact",
                    hints: ["show it: `git model show -- \(ShellWord.quoted(version))`"]
                )
            }
        }
        guard let head = try await workspace.repository.objects.head().commit else {
            throw Failure(.failed, "there is no commit yet", hints: ["make one: `git commit`"])
        }
        let tagged = try await workspace.versions().last { $0.commit == head }
        return try await workspace.resolve(tagged?.tag.text ?? "HEAD")
    }

    private func row(
        _ artifact: PointerIndex.Entry,
        in store: LocalStore,
        _ small: SmallFileTensors
    ) throws -> Report.Artifact {
        // They come first: what is looked at of small files is bounded.
        let tensors = showsTensors ? try store.tensors(of: artifact.pointer, small).map(TensorRow.init) : nil
        let isTree = artifact.pointer.kind == .tree
        let remark = isTree ? nil : store.remark(of: artifact.pointer, small)
        let files = isTree ? store.remarks(of: artifact.pointer, small) : []
        let isHere = Closure(of: [artifact.pointer], in: store).isComplete
        return Report.Artifact(
            path: artifact.path.text,
            kind: artifact.pointer.kind.rawValue,
            size: artifact.pointer.size,
            oid: artifact.pointer.oid.description,
            layout: remark.flatMap { $0.layout.isEmpty ? nil : $0.layout },
            note: remark.flatMap { $0.note.isEmpty ? nil : $0.note },
            files: files.isEmpty ? nil : files.map { Report.File(path: $0.file, layout: $0.layout, note: $0.note) },
            isHere: isHere,
            isPurged: try !isHere && store.isPurged(artifact.pointer.oid),
            tensors: tensors
        )
    }

    private static func text(of message: String) -> String {
        [VersionTag.subject(of: message), VersionTag.body(of: message)].filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }
}
