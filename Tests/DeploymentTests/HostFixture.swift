import Codec
import Deployment
import FoundationEssentials
import ModelCore
import SystemIO
import SystemPackage

/// Where the releases of a test are: here, or behind a shell that stands for one on another host.
enum HostKind: String, CaseIterable, Sendable {
    case local, shell, busybox
}

/// A directory for releases, and what puts releases there; it is removed with the value.
final class HostFixture: Sendable {
    private let place: FilePath
    let root: FilePath
    let kind: HostKind

    init(_ kind: HostKind) throws {
        self.kind = kind
        let name = FileManager.default.temporaryDirectory.appending(path: "git-model-host-\(UUID().uuidString)")
        place = FilePath(name.path)
        root = place.appending("it's a target")
        try Directories.create(place.appending("staging"))
        guard kind == .busybox else { return }
        try Directories.create(place.appending("bin"))
        let applets = [
            "sh", "tar", "sha256sum", "find", "stat", "readlink", "head", "mv", "chmod", "rm", "mkdir", "ln", "cat",
            "sync", "sleep", "mktemp", "printf", "setsid", "grep", "kill",
        ]
        // Debian's busybox has no flock.
        try SymbolicLink.write(target: "/usr/bin/flock", to: place.appending("bin").appending("flock"))
        for applet in applets {
            try SymbolicLink.write(target: "/bin/busybox", to: place.appending("bin").appending(applet))
        }
    }

    deinit {
        for entry in (try? DirectoryEntry.all(in: root.appending("releases"))) ?? [] {
            try? DurableFile.setPermissions(0o755, of: root.appending("releases").appending(entry.name))
        }
        try? Directories.removeTree(place)
    }

    /// Another holder's view of the directory; nothing can be written to files there behind a shell that is `full`.
    func host(
        at other: FilePath? = nil,
        isFull: Bool = false,
        cancellation: Cancellation = Cancellation()
    ) -> any ReleaseHost {
        let root = other ?? root
        let environment = ProcessInfo.processInfo.environment
        guard kind != .local else {
            return LocalReleaseHost(root, environment: environment, cancellation: cancellation)
        }
        let bin = kind == .busybox ? place.appending("bin").string : environment["PATH"] ?? "/usr/bin:/bin"
        let shell = kind == .busybox ? place.appending("bin").appending("sh").string : "/bin/sh"
        let limit = isFull ? "trap '' XFSZ; ulimit -f 0; " : ""
        let client = HostClient(
            name: "the other host",
            environment: environment,
            mayAskUser: false,
            arguments: { command, _ in
                ["sh", "-c", "\(limit)PATH=$1 exec \"$2\" -c \"$3\"", "client", bin, shell, command]
            },
            failure: { text, exitCode, _ in Gone(text: "\(text) (\(exitCode ?? -1))") }
        )
        return SSHReleaseHost(
            client,
            root: root,
            staging: place.appending("staging"),
            cancellation: cancellation
        )
    }

    /// That the client ended.
    struct Gone: Error {
        let text: String
    }

    var layout: TargetLayout { TargetLayout(root) }
}

/// A version whose files are texts.
struct ReleaseFixture: Sendable {
    /// Names that ask for care.
    static let names = [
        "weights.bin", "a b/c'd\"e.txt", "deep/" + String(repeating: "long-name/", count: 30) + "file", "-dash",
        "$(touch x)",
        String(repeating: "n", count: 200),
    ]

    let files: [String: [UInt8]]
    let release: Release

    /// Creates a version of files; `run.sh` is executable, and `link` leads to the first; `serve` and `batch` are its
    /// commands.
    init(_ version: String, _ files: [String: [UInt8]], serve: [String] = [], batch: [String] = []) throws {
        self.files = files
        var plan = ReleasePlan()
        plan.serve = serve
        plan.batch = batch
        var entries = try files.map { name, bytes in
            TreeEntry(
                mode: name == "run.sh" ? .executable : .regular,
                size: Int64(bytes.count),
                digest: SHA256.digest(of: bytes),
                path: try RepositoryPath(name)
            )
        }
        let target = Array("weights.bin".utf8)
        entries.append(
            TreeEntry(
                mode: .link,
                size: Int64(target.count),
                digest: SHA256.digest(of: target),
                path: try RepositoryPath("link")
            )
        )
        let listing = try TreeListing(entries)
        release = Release(
            model: try ModelName("bert"),
            version: version,
            tag: "bert@\(version)",
            commit: String(repeating: "a", count: 40),
            committed: 1_700_000_000,
            files: listing,
            digest: SHA256.digest(of: listing.encoded),
            plan: plan
        )
    }

    /// A version with all the names, whose contents tell it from others.
    static func usual(_ version: String) throws -> ReleaseFixture {
        var files: [String: [UInt8]] = ["run.sh": Array("#!/bin/sh\necho \(version)\n".utf8), "empty": []]
        for name in names { files[name] = Array("\(version) \(name)".utf8) }
        files["weights.bin"] = [UInt8](repeating: UInt8(truncatingIfNeeded: version.hashValue), count: 3_000_001)
        return try ReleaseFixture(version, files)
    }

    var seal: ReleaseSeal { ReleaseSeal(release, smoke: SmokeOutcome(.unchecked)) }

    /// Writes the files, as a source does.
    func write(into directory: FilePath) throws {
        for (name, bytes) in files {
            let path = directory.appending(name)
            try Directories.create(path.removingLastComponent(), durable: false)
            try DurableFile.write(bytes, to: path, durable: false)
            if name == "run.sh" { try DurableFile.setPermissions(0o755, of: path) }
        }
        try SymbolicLink.write(target: "weights.bin", to: directory.appending("link"))
    }

    /// Deploys it, as far as a host is asked to.
    func deploy(to host: any ReleaseHost) async throws {
        let lock = try await host.lock(noting: "a test")
        try await host.receive(release, from: { try write(into: $0) })
        try await host.seal(seal, release.files)
        try await host.activate(release.id)
        await lock.release()
    }
}
