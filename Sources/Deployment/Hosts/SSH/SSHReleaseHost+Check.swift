import Codec
import ModelCore
import SystemIO
import SystemPackage

extension SSHReleaseHost {
    package func requireUsable(_ seal: ReleaseSeal) async throws {
        let listing = try await listing(of: seal)
        let files = layout.files(of: seal.release)
        guard try await has(files) else { throw HostError.damaged(seal.release, ["its files are missing"]) }
        let found = StandingFile.differences(of: try await standing(in: files), from: listing)
        guard found.isEmpty else { throw HostError.damaged(seal.release, found.map(\.line)) }
    }

    package func differences(of seal: ReleaseSeal) async throws -> [String] {
        try await differences(in: layout.files(of: seal.release), from: try await listing(of: seal))
    }

    /// Reads the listing of a sealed release, which has to be what the seal says.
    private func listing(of seal: ReleaseSeal) async throws -> TreeListing {
        let paths = (
            seal: RemoteScript.word(layout.seal(of: seal.release)),
            listing: RemoteScript.word(layout.listing(of: seal.release))
        )
        let answer = try await session.run(
            """
            [ -f \(paths.seal) ] || exit 92
            head -c \(SealFile.byteLimit) \(paths.seal) && printf '\\0' && cat \(paths.listing)
            """
        )
        guard answer.exitCode != 92 else { throw HostError.absent(seal.release) }
        guard answer.exitCode == 0, let end = answer.output.firstIndex(of: 0) else {
            throw HostError.damaged(seal.release, ["the listing of its files is missing"])
        }
        guard let kept = SealFile.seal(of: seal.release, parsing: Array(answer.output[..<end])) else {
            throw HostError.absent(seal.release)
        }
        return try seal.listing(parsing: Array(answer.output[(end + 1)...]), kept: kept)
    }

    /// Has the host read all files of a directory, and says what is not as the listing has it, a line each.
    func differences(in directory: FilePath, from listing: TreeListing) async throws -> [String] {
        guard try await has(directory) else { return ["\(directory) is missing"] }
        let found = StandingFile.differences(of: try await standing(in: directory), from: listing)
        let odd = Set(found.map { Array($0.path.utf8) })
        let digests = try await digests(in: directory)
        let changed = listing.entries.filter {
            !odd.contains($0.path.bytes) && digests[$0.path.bytes] != $0.digest
        }
        return found.map(\.line)
            + changed.map { StandingFile.Difference(path: $0.path.text, problem: "has other bytes").line }
    }

    /// The files of a directory there, as they stand.
    private func standing(in directory: FilePath) async throws -> [StandingFile] {
        let answer = try await session.require(
            "list \(directory)",
            "cd \(RemoteScript.word(directory)) && find . ! -type d -exec stat -c '%f %s %n' {} +"
        )
        guard let files = RemoteListing.files(parsing: answer.output) else {
            throw HostError.unable("the stat of \(client.name) does not print what it was asked for")
        }
        return files
    }

    /// The digests of all files and links of a directory there, by the bytes of their paths.
    private func digests(in directory: FilePath) async throws -> [[UInt8]: Digest] {
        let answer = try await session.require(
            "read \(directory)",
            """
            cd \(RemoteScript.word(directory)) || exit 1
            find . -type f -exec sha256sum {} + || exit 1
            find . -type l -exec sh -c 'for l; do h=$(readlink -n "$l" | sha256sum); printf "%s  %s\\n" "${h%% *}" "$l"; done' sh {} +
            """
        )
        return RemoteListing.digests(parsing: answer.output)
    }
}
