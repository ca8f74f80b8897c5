import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// Checks a store's files against their formats, names and each other, and mends what can be mended from the store
/// itself.
package struct StoreCheck: Sendable {
    /// How much is read.
    package enum Depth: Sendable {
        /// Sizes, headers, tables of contents and indexes.
        case structure
        /// Every byte: pack names, and every frame decoded and hashed.
        case everything
    }

    /// Something that is not as it should be.
    package struct Finding: Sendable, Equatable {
        /// How bad it is.
        package enum Severity: String, Sendable {
            /// Bytes are lost or wrong.
            case damaged
            /// Nothing is lost, but something does not fit; the check mends it when asked to.
            case untidy
            /// This version does not understand the file.
            case newer
        }

        /// How bad it is.
        package fileprivate(set) var severity: Severity
        /// The file.
        package let path: FilePath
        /// What is wrong, as a clause.
        package let problem: String
        /// Whether it was mended.
        package fileprivate(set) var isMended: Bool
    }

    private let store: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (Int64) -> Void

    /// Creates a check of `store`; `progress` gets the number of further bytes of packs done, from any thread.
    package init(
        _ store: LocalStore,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        self.store = store
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Checks everything to the given depth and returns what is wrong, by path.
    ///
    /// With `mending`, repairs what it can; the caller then excludes other users of the store. What this version does
    /// not understand is left as it is.
    package func run(_ depth: Depth, mending: Bool) async throws -> [Finding] {
        if mending { try store.requireWritable() }
        try store.refresh()
        let indexFindings = try checkIndexes()
        let badIndexes = Set(indexFindings.map(\.path))
        let good = store.indexes.files.filter { !badIndexes.contains($0.path) }
        let packs = try store.packsOnDisk()
        let problems = try await pool.map(0..<packs.count) { position in
            try cancellation.check()
            return try checkPack(packs[position], depth)
        }
        let damaged = zip(packs, problems).filter { $0.1?.severity == .damaged }.map(\.0)
        let sound = zip(packs, problems).filter { $0.1 == nil }.map(\.0)
        let listed = Set(good.flatMap { $0.packs.map(\.id) })
        let unlisted = sound.filter { !listed.contains($0) }
        let missing = listed.subtracting(packs)
        var findings = indexFindings + problems.compactMap { $0 }
        findings += unlisted.map { finding(.untidy, pack: $0, "no index lists it") }
        findings += missing.map { finding(.damaged, pack: $0, "an index lists it, but it is gone") }
        findings += try checkObjectIndexes()
        if mending {
            let mend = StoreMend(store: store, cancellation: cancellation)
            try mend.salvage(damaged, from: good)
            try mend.list(unlisted)
            try mend.forget(
                missing.union(damaged),
                indexes: indexFindings.filter { $0.severity == .damaged }.map(\.path)
            )
            try mend.quarantine(damaged)
            let newer = zip(packs, problems).filter { $0.1?.severity == .newer }.map(\.0)
            try mend.listObjects(of: try store.packsOnDisk().filter { !newer.contains($0) })
            for file in findings where file.severity == .untidy && file.path.extension == "idx" {
                try mend.remove(file.path)
            }
            for position in findings.indices where findings[position].severity != .newer {
                findings[position].isMended = true
            }
        }
        return findings.sorted { $0.path.string < $1.path.string }
    }

    private func finding(_ severity: Finding.Severity, pack: Digest, _ problem: String) -> Finding {
        let path = store.root.appending(StoreLayout.pack(pack))
        return Finding(severity: severity, path: path, problem: problem, isMended: false)
    }

    private func checkIndexes() throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        for problem in store.indexes.problems {
            guard let finding = StoreCheck.finding(of: problem) else { throw problem }
            findings.append(finding)
        }
        for file in store.indexes.files {
            do throws(StoreError) {
                guard file.computedID() == file.path.lastComponent.flatMap({ StoreLayout.digest(inName: $0.string) })
                else {
                    throw .damaged(file.path, FormatError("index", .malformed("its bytes do not match its name")))
                }
                try file.verify()
            } catch {
                guard let finding = StoreCheck.finding(of: error) else { throw error }
                findings.append(finding)
            }
        }
        return findings
    }

    /// Object indexes are hints that the indexes can replace: a damaged one is only untidy.
    private func checkObjectIndexes() throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        for (_, path) in try store.objectIndexes() {
            do throws(StoreError) { try IndexFile(path).verify() } catch {
                guard var finding = StoreCheck.finding(of: error) else { throw error }
                if finding.severity == .damaged { finding.severity = .untidy }
                findings.append(finding)
            }
        }
        return findings
    }

    private func checkPack(_ id: Digest, _ depth: Depth) throws(StoreError) -> Finding? {
        let path = store.root.appending(StoreLayout.pack(id))
        do throws(StoreError) {
            // The name comes first: only a pack that is as it was written can say that it is newer.
            if depth == .everything, try PackFile(damaged: path, id: id).computedID() != id {
                throw .damaged(path, FormatError("pack", .malformed("its bytes do not match its name")))
            }
            let pack = try PackFile(path, id: id)
            let contents = try pack.contents()
            if let listed = store.indexes.pack(id), Int(listed.size) != pack.byteCount {
                throw .damaged(path, FormatError("pack", .malformed("its size is not what an index says")))
            }
            guard depth == .everything else { return nil }
            var reader = FrameReader(store)
            for entry in contents.entries {
                do { try cancellation.check() } catch { throw .cancelled }
                try checkFrame(entry, of: pack, reader: &reader)
                progress(Int64(entry.recordLength))
            }
            return nil
        } catch {
            guard let finding = StoreCheck.finding(of: error) else { throw error }
            return finding
        }
    }

    /// Decodes a frame; one whose base is missing or damaged is right itself, and the objects that need it say so.
    private func checkFrame(_ entry: FrameEntry, of pack: PackFile, reader: inout FrameReader) throws(StoreError) {
        let (record, stored) = try pack.record(of: entry)
        defer { pack.releaseMemory(of: entry) }
        do throws(StoreError) { try reader.check(record, stored: stored, pack: pack.id) } catch {
            switch error {
            case .damagedFrame(_, _, pack: pack.id):
                let problem = "frame \(record.id.abbreviated) does not decode to its name"
                throw .damaged(pack.path, FormatError("frame", .malformed(problem)))
            case .damagedFrame, .damaged, .missingFrame: return
            default: if !error.isAbsence { throw error }
            }
        }
    }

    /// Returns what an error says of a file's bytes; `nil` for an error that says nothing of them.
    private static func finding(of error: StoreError) -> Finding? {
        switch error {
        case .damaged(let path, let format):
            Finding(severity: .damaged, path: path, problem: "\(format)", isMended: false)
        case .needsNewerVersion(let path, let what):
            Finding(severity: .newer, path: path, problem: "it needs a newer git-model (\(what))", isMended: false)
        default: nil
        }
    }
}
