import Codec
import Migration
import ModelCore
import SystemIO
import SystemPackage

/// A file that has the bytes that are looked for.
struct ImportedFile: Sendable {
    /// Where it is.
    let path: FilePath
    /// What it was when it was looked at, so that a change is noticed.
    let status: FileStatus
    /// What it is part of.
    let origin: ImportOrigin
}

/// Looks for bytes that DVC named, in its cache, the work tree and directory remotes, and checks them by their MD5.
struct DVCSearch: Sendable {
    /// What was found.
    enum Outcome: Sendable {
        case found(ImportedFile)
        /// It is nowhere.
        case absent
        /// It is there, but its bytes are not what its name says.
        case damaged(FilePath)
    }

    /// An output whose bytes are all here.
    enum Found: Sendable {
        case file(ImportedFile)
        case tree([(path: RepositoryPath, hash: DVCHash, file: ImportedFile)])

        /// The size in bytes.
        var size: Int64 {
            switch self {
            case .file(let file): file.status.size
            case .tree(let files): files.reduce(0) { $0 + $1.file.status.size }
            }
        }

        /// Where the bytes are, or most probably are.
        var origin: ImportOrigin {
            switch self {
            case .file(let file): file.origin
            case .tree(let files): files.first?.file.origin ?? .cache
            }
        }
    }

    /// That bytes are nowhere, as a clause.
    struct Absence: Error, CustomStringConvertible {
        let description: String
    }

    private static let blockByteCount = 1 << 20
    /// How many bytes DVC looks at to tell texts.
    private static let textProbeByteCount = 512

    let project: DVCProject
    let pool: WorkerPool
    let cancellation: Cancellation
    /// Whether bytes are read; else only files are looked for.
    let verifies: Bool

    /// Looks for everything of an output, in the work tree only where `place` says where it is there.
    ///
    /// Throws `Absence`, or a `Failure` of verification, with clauses that call it "it".
    func find(_ output: DVCOutput, at place: FilePath?) async throws -> Found {
        guard output.hash.isDirectory else {
            let outcome = try await pool.run { try find(output.hash, size: output.size, at: place) }
            return .file(try DVCSearch.require(outcome, "its bytes"))
        }
        guard let manifest = try await manifest(of: output, at: place) else {
            throw DVCSearch.absent("the list of its files (\(output.hash.text)) is")
        }
        let files = manifest.files
        let outcomes = try await pool.map(0..<files.count) { position in
            let file = files[position]
            // What a link on the way leads to is none of the work tree's files.
            let own = place.flatMap { try? SafeRelativePath.resolve(root: $0, components: file.path.components) }
            return try find(file.hash, size: nil, at: own)
        }
        return .tree(
            try zip(files, outcomes).map { file, outcome in
                (file.path, file.hash, try DVCSearch.require(outcome, "the bytes of \(file.path) in it"))
            }
        )
    }

    private static func require(_ outcome: Outcome, _ what: String) throws -> ImportedFile {
        switch outcome {
        case .found(let file): return file
        case .absent: throw absent("\(what) are")
        case .damaged(let path):
            throw Failure(.verification, "\(what): \(path) does not have the size and the MD5 that DVC noted")
        }
    }

    private static func absent(_ what: String) -> Absence { Absence(description: "\(what) not here") }

    /// Looks for the bytes of a file.
    private func find(_ hash: DVCHash, size: Int64?, at place: FilePath?) throws -> Outcome {
        var candidates = project.candidates(for: hash)
        if let place { candidates.insert((place, .workTree), at: 1) }
        var damaged: FilePath?
        for (path, origin) in candidates {
            try cancellation.check()
            guard let status = try FileStatus.of(path), status.kind == .regular else { continue }
            // What is in the work tree may be anything; what is in a cache has its name for a reason.
            let hasSize = size.map { $0 == status.size } ?? true
            if hasSize, try !verifies || DVCSearch.hash(of: path, status, hash.algorithm, cancellation) == hash.digits {
                return .found(ImportedFile(path: path, status: status, origin: origin))
            }
            if origin != .workTree { damaged = damaged ?? path }
        }
        return damaged.map { .damaged($0) } ?? .absent
    }

    // MARK: Directories

    /// Reads a directory's manifest, or makes it from the files in the work tree, where these are the ones it lists.
    private func manifest(of output: DVCOutput, at place: FilePath?) async throws -> DVCManifest? {
        let hash = output.hash
        var damaged: FilePath?
        for (path, _) in project.candidates(for: hash) {
            guard let status = try FileStatus.of(path), status.kind == .regular else { continue }
            let bytes = try DurableFile.read(path, limit: DVCManifest.byteLimit)
            // Its name is the MD5 of its bytes, also where files are named by that of their Unix text.
            if DVCSearch.md5(bytes) == hash.digits { return try DVCManifest(parsing: bytes, hash.algorithm) }
            damaged = damaged ?? path
        }
        if let place, let made = try await manifest(ofFilesIn: place, hash.algorithm),
            DVCSearch.md5(made.encoded) == hash.digits
        {
            return made
        }
        guard let damaged else { return nil }
        throw Failure(.verification, "the list of its files: \(damaged) does not have the MD5 that its name says")
    }

    private func manifest(ofFilesIn place: FilePath, _ algorithm: DVCHash.Algorithm) async throws -> DVCManifest? {
        guard try FileStatus.of(place)?.kind == .directory else { return nil }
        let entries = try DirectoryWalk.entries(under: place)
        guard entries.allSatisfy({ $0.status.kind == .regular }) else { return nil }
        let files = try await pool.map(0..<entries.count) { position -> DVCManifest.File? in
            let entry = entries[position]
            let path = place.appending(entry.path)
            guard let digits = try DVCSearch.hash(of: path, entry.status, algorithm, cancellation) else { return nil }
            return DVCHash(digits, algorithm).flatMap { hash in
                (try? RepositoryPath(entry.path)).map { DVCManifest.File(path: $0, hash: hash) }
            }
        }
        return files.contains { $0 == nil } ? nil : DVCManifest(files.compactMap { $0 })
    }

    // MARK: MD5

    private static func md5(_ bytes: [UInt8]) -> String? {
        guard var state = MD5() else { return nil }
        bytes.withUnsafeBytes { state.update($0) }
        return state.finish()
    }

    /// Returns the MD5 of a file as DVC makes it; `nil` where it changed since it was looked at.
    private static func hash(
        of path: FilePath,
        _ status: FileStatus,
        _ algorithm: DVCHash.Algorithm,
        _ cancellation: Cancellation
    ) throws -> String? {
        guard var state = MD5() else {
            throw Failure(.failed, "\(path) cannot be checked: this machine's OpenSSL does without MD5")
        }
        let file = try OpenFile(reading: path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blockByteCount, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        var isText = false
        while true {
            try cancellation.check()
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { break }
            let block = UnsafeRawBufferPointer(rebasing: buffer[0..<count])
            if offset == 0, algorithm == .md5OfUnixText { isText = DVCSearch.isText(block.prefix(textProbeByteCount)) }
            if isText { unixText(block).withUnsafeBytes { state.update($0) } } else { state.update(block) }
            offset += Int64(count)
        }
        return try file.status() == status ? state.finish() : nil
    }

    /// Whether DVC takes bytes for a text: no zero, and at most three in ten that are neither printable ASCII nor
    /// blanks.
    private static func isText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        if bytes.contains(0) { return false }
        let others = bytes.count {
            !(0x20..<0x7F).contains($0) && !(0x08...0x0A).contains($0) && $0 != 0x0C && $0 != 0x0D
        }
        return others * 10 <= bytes.count * 3
    }

    /// Returns a block as DVC hashes it: each pair of carriage return and line feed as the line feed alone.
    private static func unixText(_ block: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(block.count)
        for (position, byte) in block.enumerated() {
            let isPair = byte == 0x0D && position + 1 < block.count && block[position + 1] == 0x0A
            if !isPair { text.append(byte) }
        }
        return text
    }
}
