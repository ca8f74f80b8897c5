import ModelCore
import Remotes
import Store
import Testing

/// A remote with a file of several frames and a tree, small enough to be spoiled byte by byte.
struct Sample: Sendable {
    let source: Machine
    let site: Site
    let file: Pointer
    let tree: Pointer

    var pointers: [Pointer] { [file, tree] }

    init() async throws {
        source = try Machine()
        site = Site()
        // Zeros take no room, and no chunk is longer than 1 MiB: two frames, and so a manifest.
        file = try await source.add([UInt8](repeating: 0, count: 1_050_000) + Array("end".utf8))
        tree = try await source.addTree(["a": Array(0..<100), "b/c": Array(100..<150), "e": []])
        try await source.push(pointers, to: site.remote)
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

    /// Fetches everything, and requires that nothing is wrong afterwards, whatever came of it.
    ///
    /// Takes another machine where this one did not stay empty.
    func fetch(to target: inout Machine, from remote: any Remote, _ comment: Comment) async throws -> Outcome {
        let outcome = try await outcome(of: target, remote)
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

    private func outcome(of target: Machine, _ remote: any Remote) async throws -> Outcome {
        do {
            return try await target.fetch(pointers, from: remote).missing.isEmpty ? .right : .missing
        } catch let error as RemoteError { return .refused(error) }
    }
}
