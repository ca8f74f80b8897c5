import Remotes
import SystemIO
import SystemPackage
import Testing

/// A kind of remote that goes through the conformance suite.
struct RemoteUnderTest: Sendable, CustomTestStringConvertible {
    /// What not every kind of remote can do; the rest of the protocol is tested of all.
    enum Capability: CaseIterable, Sendable {
        /// Names the files in a directory.
        case listing
        /// Deletes files.
        case deletion
        /// Has a place to which this user may not write.
        case refusal
    }

    /// A place of its own for one test.
    struct Place: Sendable {
        /// The remote, with nothing in it.
        let remote: any Remote
        /// Puts a file there without the remote's help, as a writer that was killed leaves one; needs no `listing`.
        let plant: @Sendable (_ bytes: [UInt8], _ file: String) throws -> Void
        /// Keeps what is behind the remote while this value lives.
        let owner: any AnyObject & Sendable
    }

    let testDescription: String
    let capabilities: Set<Capability>
    /// Makes an empty place.
    let makePlace: @Sendable () async throws -> Place
    /// Makes a remote that this user may not write to, even as root, where the kind is capable of `refusal`.
    let makeReadOnly: @Sendable () async throws -> any Remote

    /// Every kind that there is.
    static let all = [directory, memory, ssh]

    /// The kinds that can do something.
    static func all(with capability: Capability) -> [RemoteUnderTest] {
        all.filter { $0.capabilities.contains(capability) }
    }

    private static let directory = RemoteUnderTest(
        testDescription: "directory",
        capabilities: Set(Capability.allCases),
        makePlace: {
            let site = try DirectorySite()
            return Place(remote: site.remote, plant: { try site.write($0, to: $1) }, owner: site)
        },
        // Not even root creates files where the kernel shows its devices.
        makeReadOnly: { DirectoryRemote("/sys", pool: Machine.pool) }
    )

    private static let memory = RemoteUnderTest(
        testDescription: "memory",
        capabilities: [.listing, .deletion],
        makePlace: {
            let remote = MemoryRemote()
            return Place(remote: remote, plant: { remote[$1] = $0 }, owner: remote)
        },
        makeReadOnly: { MemoryRemote() }
    )

    private static let ssh = RemoteUnderTest(
        testDescription: "ssh (OpenSSH)",
        capabilities: Set(Capability.allCases),
        makePlace: {
            let site = try await SSHSite()
            return Place(remote: site.remote, plant: { try site.write($0, to: $1) }, owner: site)
        },
        makeReadOnly: { try await SSHSite.readOnly() }
    )
}
