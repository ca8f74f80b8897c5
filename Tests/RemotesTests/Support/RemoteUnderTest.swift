import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// A kind of remote that goes through the conformance suite.
struct RemoteUnderTest: Sendable, CustomTestStringConvertible {
    /// What not every kind of remote can do; the rest of the protocol is tested of all.
    enum Capability: CaseIterable, Sendable {
        /// Names the files in a directory.
        case listing
        /// Says when they were written.
        case dating
        /// Takes new files.
        case writing
        /// Shows a reader one version of a file that is being replaced, whole.
        case replacement
        /// Deletes files.
        case deletion
        /// Tells what would be below a file from the file.
        case nesting
        /// Has a place to which this user may not write.
        case refusal
    }

    /// A place of its own for one test.
    struct Place: Sendable {
        /// The remote, with nothing in it.
        let remote: any Remote
        /// Puts a file there without the remote's help, as a writer that was killed leaves one; needs no `listing`.
        let plant: @Sendable (_ bytes: [UInt8], _ file: String) async throws -> Void
        /// Keeps what is behind the remote while this value lives.
        let owner: any AnyObject & Sendable

        /// Puts a file there: through the remote, where that is possible.
        func put(_ bytes: [UInt8], to file: String) async throws {
            if remote.isReadOnly { try await plant(bytes, file) } else { try await remote.write(bytes, to: file) }
        }
    }

    let testDescription: String
    let capabilities: Set<Capability>
    /// Makes an empty place.
    let makePlace: @Sendable () async throws -> Place
    /// Makes a remote that this user may not write to, even as root, where the kind is capable of `refusal`.
    let makeReadOnly: @Sendable () async throws -> any Remote

    /// Every kind that there is.
    static let all: [RemoteUnderTest] = [
        directory, memory, ssh, bucket("S3 (rclone)", StorageServer.rclone) { try $0.s3() },
        bucket("S3 (moto)", StorageServer.moto, [.nesting, .replacement]) { try $0.s3() },
        bucket("Google Cloud Storage (fake-gcs-server)", StorageServer.gcs, [.nesting, .replacement]) { try $0.gs() },
        web("http (Python)", StorageServer.python),
        web("http (rclone)", StorageServer.rcloneFiles), lfs,
        rclone("rclone (local)", "type = alias\nremote = /", [.refusal, .nesting]),
        rclone("rclone (memory)", "type = memory", []),
    ]

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
        capabilities: [.listing, .dating, .writing, .replacement, .deletion, .nesting],
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

    private static let lfs = RemoteUnderTest(
        testDescription: "Git LFS (giftless)",
        capabilities: [.listing, .writing, .replacement],
        makePlace: {
            let site = try await LFSSite.shared()
            let remote = try await site.remote()
            return Place(remote: PublishingRemote(remote), plant: { try await remote.write($0, to: $1) }, owner: site)
        },
        makeReadOnly: { try await LFSSite.shared().remote() }
    )

    private static func bucket(
        _ name: String,
        _ server: Task<StorageServer, any Error>,
        _ more: Set<Capability> = [],
        _ make: @escaping @Sendable (StorageServer) throws -> any Remote
    ) -> RemoteUnderTest {
        RemoteUnderTest(
            testDescription: name,
            capabilities: more.union([.listing, .dating, .writing, .deletion]),
            makePlace: {
                let server = try await server.value
                let remote = try make(server)
                return Place(remote: remote, plant: { try await remote.write($0, to: $1) }, owner: server.process)
            },
            makeReadOnly: { try make(try await server.value) }
        )
    }

    private static func rclone(_ name: String, _ configuration: String, _ more: Set<Capability>) -> RemoteUnderTest {
        RemoteUnderTest(
            testDescription: name,
            capabilities: more.union([.listing, .dating, .writing, .deletion]),
            makePlace: {
                let site = try RcloneSite(configuration)
                let remote = try site.remote(site.directory)
                return Place(remote: remote, plant: { try await remote.write($0, to: $1) }, owner: site)
            },
            makeReadOnly: { try await RcloneSite.lasting.value.remote("/sys") }
        )
    }

    private static func web(_ name: String, _ server: Task<StorageServer, any Error>) -> RemoteUnderTest {
        RemoteUnderTest(
            testDescription: name,
            capabilities: [.refusal],
            makePlace: {
                let server = try await server.value
                let (remote, directory) = try server.web()
                return Place(
                    remote: remote,
                    plant: { try server.plant($0, directory + "/" + $1) },
                    owner: server.process
                )
            },
            makeReadOnly: { try await server.value.web().remote }
        )
    }
}
