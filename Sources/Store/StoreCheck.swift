import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// Checks a store's files against their formats, names and each other, and mends what can be mended from the store itself.
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
        package let severity: Severity
        /// The file.
        package let path: FilePath
        /// What is wrong, as a clause.
        package let problem: String
        /// Whether it was mended.
        package var isMended: Bool
    }

    private let store: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation

    /// Creates a check of `store`.
    package init(_ store: LocalStore, pool: WorkerPool, cancellation: Cancellation) {
        self.store = store
        self.pool = pool
        self.cancellation = cancellation
    }

    /// Checks everything to the given depth and returns what is wrong, by path.
    ///
    /// With `mending`, repairs what it can; the caller then excludes other users of the store.
    package func run(_ depth: Depth, mending: Bool) async throws -> [Finding] {
        if mending { try store.requireWritable() }
        var findings = try checkIndexes(mending: mending)
        let packs = try packIDs()
        let problems = try await pool.map(0..<packs.count) { position in
            try cancellation.check()
            return checkPack(packs[position], depth)
        }
        for case .some(let problem) in problems { findings.append(mending ? try quarantine(problem) : problem) }
        let sound = Set(zip(packs, problems).filter { $0.1 == nil }.map(\.0))
        findings += try checkCoverage(sound, present: Set(packs), mending: mending)
        return findings.sorted { $0.path.string < $1.path.string }
    }

    private func packIDs() throws(StoreError) -> [Digest] {
        var ids: [Digest] = []
        do {
            let packs = store.root.appending("packs")
            for directory in try DirectoryEntry.all(in: packs).map(\.name) where directory.utf8.count == 2 {
                for name in try DirectoryEntry.all(in: packs.appending(directory)).map(\.name)
                where name.hasSuffix(".pack") {
                    if let id = StoreLayout.digest(inName: name) { ids.append(id) }
                }
            }
        } catch { throw .io(error) }
        return ids
    }

    private func checkIndexes(mending: Bool) throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        for file in store.indexes.files {
            let name = file.path.lastComponent?.string ?? ""
            guard file.computedID() != StoreLayout.digest(inName: name) else { continue }
            var finding = Finding(
                severity: .damaged,
                path: file.path,
                problem: "its bytes do not match its name",
                isMended: false
            )
            if mending {
                // The packs tell everything that an index does; `checkCoverage` writes it anew.
                do { try DurableFile.remove(file.path) } catch { throw .io(error) }
                finding.isMended = true
            }
            findings.append(finding)
        }
        if mending, !findings.isEmpty { try store.refresh() }
        return findings
    }

    private func checkPack(_ id: Digest, _ depth: Depth) -> Finding? {
        let path = store.root.appending(StoreLayout.pack(id))
        do throws(StoreError) {
            let pack = try PackFile(path, id: id)
            let contents = try pack.contents()
            guard depth == .everything else { return nil }
            guard pack.computedID() == id else {
                throw .damaged(path, FormatError("pack", .malformed("its bytes do not match its name")))
            }
            for entry in contents.entries { try checkFrame(entry, of: pack) }
            return nil
        } catch {
            if case .needsNewerVersion(_, let what) = error {
                return Finding(
                    severity: .newer,
                    path: path,
                    problem: "it needs a newer git-model (\(what))",
                    isMended: false
                )
            }
            return Finding(severity: .damaged, path: path, problem: StoreCheck.problem(of: error), isMended: false)
        }
    }

    private func checkFrame(_ entry: FrameEntry, of pack: PackFile) throws(StoreError) {
        let (record, stored) = try pack.record(of: entry)
        do throws(FormatError) { _ = try PackDecoding.bytes(of: record, stored: stored) } catch {
            if case .newer(let what) = error.problem { throw .needsNewerVersion(pack.path, what) }
            throw .damaged(pack.path, error)
        }
    }

    /// Moves a damaged pack out of the store, so that its frames count as missing and can be fetched again.
    private func quarantine(_ finding: Finding) throws(StoreError) -> Finding {
        guard finding.severity == .damaged, let name = finding.path.lastComponent else { return finding }
        do {
            let directory = store.root.appending("damaged")
            try Directories.create(directory, permissions: 0o777)
            try DurableFile.rename(finding.path, to: directory.appending(name))
        } catch { throw .io(error) }
        var mended = finding
        mended.isMended = true
        return mended
    }

    /// Compares the packs that are there with those that indexes list, both ways.
    private func checkCoverage(
        _ sound: Set<Digest>,
        present: Set<Digest>,
        mending: Bool
    ) throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        let listed = Set(store.indexes.packList.map(\.id))
        for id in listed.subtracting(present).sorted() {
            let path = store.root.appending(StoreLayout.pack(id))
            findings.append(
                Finding(severity: .damaged, path: path, problem: "an index lists it, but it is gone", isMended: mending)
            )
        }
        let unlisted = sound.subtracting(listed).sorted()
        for id in unlisted {
            let path = store.root.appending(StoreLayout.pack(id))
            findings.append(Finding(severity: .untidy, path: path, problem: "no index lists it", isMended: mending))
        }
        guard mending else { return findings }
        if !unlisted.isEmpty { try store.publish(try IndexRecovery(store).contents(of: unlisted)) }
        let lost = listed.subtracting(sound)
        let stale = store.indexes.files.filter { file in file.packs.contains { lost.contains($0.id) } }
        if !stale.isEmpty {
            try store.replace(stale) { !lost.contains($0) }
        }
        return findings
    }

    private static func problem(of error: StoreError) -> String {
        if case .damaged(_, let format) = error { "\(format)" } else { "\(error)" }
    }
}
