import ModelCore
import Remotes
import Store
import Testing

/// A remote with a file of several frames and a tree that has it too, small enough to be spoiled byte by byte.
struct Sample: Sendable {
    let source: Machine
    let site: Site
    let file: Pointer
    let tree: Pointer

    var pointers: [Pointer] { [file, tree] }

    /// What every sample is a copy of, for cutting and encoding takes its time.
    private static let original = Task {
        let source = try Machine()
        source.scratch.removeAtExit()
        return try await Sample(source: source, site: Site())
    }

    /// A remote of its own, pushed from a store that other tests use too.
    init() async throws {
        let original = try await Sample.original.value
        source = try Machine(reopening: original.source)
        site = original.copy()
        file = original.file
        tree = original.tree
    }

    /// A remote of its own, pushed from a store of its own.
    init(source: Machine, site: Site) async throws {
        self.source = source
        self.site = site
        // Zeros take no room, and no chunk is longer than 1 MiB: two frames, and so a manifest.
        let large = [UInt8](repeating: 0, count: 1_050_000) + Array("end".utf8)
        file = try await source.add(large)
        tree = try await source.addTree(["a": Array(0..<100), "b/c": Array(100..<150), "e": [], "large": large])
        try await source.push(pointers, to: site.remote)
    }

    /// Returns a remote with the same files.
    func copy() -> Site {
        let copy = Site()
        copy.remote.contents = site.remote.contents
        return copy
    }

    /// Returns the digest of the remote's only pack of a kind.
    func pack(_ kind: PackKind) throws -> Digest {
        let packs = try site.indexes().values.flatMap(\.packs).filter { $0.kind == kind }
        return try #require(packs.first).id
    }

    /// Returns what the remote's indexes say, with the copies that are kept.
    func contents(keeping isKept: (FrameLocation) -> Bool = { _ in true }) throws -> IndexContents {
        try #require(try site.indexes().values.first).contents(keeping: isKept)
    }

    /// What came of an attempt to fetch.
    enum Outcome {
        case right
        case missing
        case refused(RemoteError)
    }

    /// Fetches everything, or some of it, and requires that nothing is wrong afterwards, whatever came of it.
    ///
    /// Takes another machine where this one did not stay empty.
    func fetch(_ some: [Pointer]? = nil, to target: inout Machine, from remote: any Remote, _ comment: Comment)
        async throws -> Outcome
    {
        let pointers = some ?? pointers
        let outcome = try await outcome(of: target, pointers, remote)
        switch outcome {
        case .right: #expect(try target.has(pointers), comment)
        case .missing: break
        case .refused(let error): #expect(error.description.contains(remote.name), comment)
        }
        guard try !target.packs().isEmpty else { return outcome }
        #expect(try await target.problems() == [], comment)
        target = try Machine()
        return outcome
    }

    private func outcome(of target: Machine, _ pointers: [Pointer], _ remote: any Remote) async throws -> Outcome {
        do {
            let report = try await target.fetch(pointers, from: remote)
            // Of several objects, one that is refused does not keep the others back.
            if let refused = report.damaged.first { return .refused(refused.reason) }
            return report.missing.isEmpty ? .right : .missing
        } catch let error as RemoteError { return .refused(error) }
    }
}
