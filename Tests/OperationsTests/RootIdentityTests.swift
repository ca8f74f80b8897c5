import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// What the roots of a repository call it in a remote, wherever it is asked.
@Suite struct RootIdentityTests {
    private let scratch: ScratchRepository

    init() async throws {
        scratch = try await ScratchRepository()
        try await scratch.run("git init -q --bare ~/code.git").expectSuccess()
    }

    private func workspace(at place: String) async throws -> Workspace {
        let context = Context(
            environment: scratch.environment,
            workingDirectory: scratch.path.pushing(FilePath(place)).lexicallyNormalized(),
            now: { 1_800_000_000_000_000_000 }
        )
        return try await Workspace.discover(in: context, bare: true)
    }

    @Test func `A relative origin is one place, whichever work tree it is read in`() async throws {
        // From `trees/near`, the same words lead to somebody else's repository.
        try await scratch.run(
            """
            git remote add origin ../code.git && git commit -q --allow-empty -m one
            git worktree add -q ~/trees/near && git worktree add -q inner/tree && git init -q --bare ~/trees/code.git
            """
        ).expectSuccess()
        var names: [String] = []
        for place in ["../trees/near", "inner/tree", ".git", "."] {
            let workspace = try await workspace(at: place)
            let name = try await workspace.rootIdentity()
            #expect(name.hasPrefix("\(scratch.home)/code.git#"), "\(place): \(name)")
            #expect(try await workspace.rootIdentities().contains(name))
            names.append(name)
        }
        #expect(Set(names).count == 1)
    }

    @Test func `Where Git does not say where the main work tree is, the repository has the name that it had there`()
        async throws
    {
        try await scratch.run(
            """
            git init -q --separate-git-dir ~/apart ~/main && cd ~/main && git remote add origin ../code.git
            git commit -q --allow-empty -m one && git worktree add -q ~/trees/near && git init -q --bare ~/trees/code.git
            """
        ).expectSuccess()
        let (near, main) = (try await workspace(at: "../trees/near"), try await workspace(at: "../main"))
        let first = try await near.rootIdentity()
        #expect(first.hasPrefix("../code.git#"), "\(first)")
        let name = try await main.rootIdentity()
        #expect(name.hasPrefix("\(scratch.home)/code.git#"), "\(name)")
        #expect(try await near.rootIdentity() == name)
        let all = try await near.rootIdentities()
        #expect(all.contains(first) && all.contains(name))
    }
}
