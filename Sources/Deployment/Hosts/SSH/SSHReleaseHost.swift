import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// A directory of another host that has a target's releases, reached by the user's SSH client.
///
/// The host has to have a POSIX shell, and what comes with GNU or busybox: `flock`, `tar`, `sha256sum`, `find`, `stat`,
/// `readlink`, `head` and an `mv` that knows `-T`.
package struct SSHReleaseHost: ReleaseHost {
    private static let tools = "flock tar sha256sum find stat readlink head"

    package let layout: TargetLayout
    let client: HostClient
    let session: RemoteSession
    let staging: FilePath
    let cancellation: Cancellation
    let progress: @Sendable (Int64) -> Void
    let held: HeldNote

    /// Creates a host; `root` is the target's directory there, and `staging` one here where releases are put together
    /// before they go.
    ///
    /// `progress` is told how many bytes went out.
    package init(
        _ client: HostClient,
        root: FilePath,
        staging: FilePath,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) {
        layout = TargetLayout(root)
        self.client = client
        self.staging = staging
        self.cancellation = cancellation
        self.progress = progress
        held = HeldNote()
        session = RemoteSession(client, cancellation: cancellation)
    }

    init(after other: SSHReleaseHost, greeting: RemoteSession.Greeting, cancellation: Cancellation) {
        layout = other.layout
        client = other.client
        staging = other.staging
        self.cancellation = cancellation
        progress = other.progress
        held = other.held
        session = RemoteSession(after: other.session, greeting: greeting, cancellation: cancellation)
    }

    package var journal: FilePath? { nil }

    /// The directory as a word of a script.
    var root: String { RemoteScript.word(layout.root) }

    package func lock(noting note: String) async throws -> any HostLock {
        try await requireTools()
        let lock = RemoteScript.word(layout.lock)
        try await requireOwnDirectories()
        try await requireOwnReleases()
        let directories = [layout.releases, layout.seals, layout.temporary].map(RemoteScript.word)
        try await session.require(
            "make the directories of \(layout.root)",
            "mkdir -p \(directories.joined(separator: " ")) && : >>\(lock)"
        )
        let words = SSHReleaseHost.word(of: note)
        let answer = try await session.run(
            """
            exec 9<>\(lock)
            flock -n 9
            _code=$?
            if [ "$_code" = 0 ]; then
                printf '%s\n' \(words) >\(lock)
                echo held
            else
                exec 9>&-
                echo "busy $_code"
                head -c \(LockNote.byteLimit) \(lock)
            fi
            """,
            .session
        )
        let lines = answer.output.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
        switch lines.first.map({ String(decoding: $0, as: UTF8.self) }) {
        case "held": held.keep(note)
        case "busy 1":
            throw HostError.locked(layout.root, by: LockNote.text(of: lines.count > 1 ? Array(lines[1]) : []))
        default: throw HostError.unable("\(layout.lock) cannot be locked on \(client.name)")
        }
        try await prepare()
        return SSHHostLock(session: session)
    }

    /// Refuses links where directories of ours have to be: what is cleared up or removed behind them would be somebody
    /// else's.
    private func requireOwnDirectories() async throws {
        for directory in [layout.state, layout.releases, layout.seals, layout.events, layout.temporary] {
            guard try await session.run("[ ! -L \(RemoteScript.word(directory)) ]").exitCode == 0 else {
                throw HostError.foreign(directory, what: "a link")
            }
        }
    }

    /// Refuses a directory where somebody else has releases: what is there and not sealed would be cleared up.
    private func requireOwnReleases() async throws {
        // In this order, for another deployment may begin now.
        let answer = try await session.run(
            """
            [ -n "$(find \(RemoteScript.word(layout.releases)) -mindepth 1 -maxdepth 1 2>/dev/null | head -n 1)" ] || exit 0
            [ -e \(RemoteScript.word(layout.state)) ]
            """
        )
        guard answer.exitCode == 0 else { throw HostError.foreignReleases(at: layout) }
    }

    /// Refuses a host that lacks what a deployment takes, before anything is done there.
    private func requireTools() async throws {
        let answer = try await session.run(
            "for t in \(SSHReleaseHost.tools); do command -v \"$t\" >/dev/null || echo \"$t\"; done"
        )
        let missing = answer.text.split(whereSeparator: \.isWhitespace)
        guard missing.isEmpty else {
            throw HostError.unable("\(client.name) does not have \(missing.joined(separator: ", "))")
        }
    }

    /// Clears up what killed deployments left, and sees whether a link can be replaced in one step, by what a disk that
    /// is full still takes: a directory needs a block.
    private func prepare() async throws {
        let temporary = RemoteScript.word(layout.temporary)
        let answer = try await session.require(
            "clear up \(layout.temporary)",
            """
            cd \(temporary) || exit 1
            chmod -R u+w . && find . -mindepth 1 -maxdepth 1 -exec rm -rf {} + || exit 1
            find ../.. -maxdepth 1 -type l -name 'current.git-model-*' -exec rm -f {} +
            ln -s a probe-one && ln -s b probe-two || exit 1
            mv -fT probe-one probe-two 2>/dev/null && [ "$(readlink probe-two)" = a ] && echo able
            rm -f probe-one probe-two
            """
        )
        guard answer.text.contains("able") else {
            throw HostError.unable(
                "the mv of \(client.name) has no -T, without which a link cannot be replaced in one step"
            )
        }
    }

    package func current() async throws -> ReleaseID? {
        let answer = try await session.require(
            "read \(layout.current)",
            """
            cd \(root) 2>/dev/null || { echo none; exit 0; }
            if [ -L current ]; then echo link; readlink -n current
            elif [ -d current ]; then echo 'a directory'
            elif [ -e current ]; then echo 'a file'
            else echo none; fi
            """
        )
        let parts = answer.text.split(separator: "\n", maxSplits: 1).map(String.init)
        guard parts.first != "none" else { return nil }
        guard parts.first == "link" else {
            throw HostError.foreign(layout.current, what: parts.first ?? "nothing that can be read")
        }
        let target = parts.count > 1 ? parts[1] : ""
        guard let release = layout.release(ofLink: target), try await has(layout.seal(of: release)) else {
            throw HostError.foreign(layout.current, what: "a link to \(QuotedPath.encode(target))")
        }
        return release
    }

    /// Whether there is a file or directory.
    func has(_ path: FilePath) async throws -> Bool {
        try await session.run("[ -e \(RemoteScript.word(path)) ]").exitCode == 0
    }

    package func seals() async throws -> [ReleaseSeal] {
        let answer = try await session.require(
            "read the seals of \(layout.root)",
            """
            cd \(RemoteScript.word(layout.seals)) 2>/dev/null || exit 0
            for f in *.json; do
                [ -f "$f" ] && [ -d "../../releases/${f%.json}" ] || continue
                printf '%s\\0' "$f"
                head -c \(SealFile.byteLimit) "$f"
                printf '\\0'
            done
            """
        )
        let parts = answer.output.split(separator: 0, omittingEmptySubsequences: false)
        return stride(from: 0, to: parts.count - 1, by: 2).compactMap { position in
            let name = String(decoding: parts[position], as: UTF8.self)
            return TargetLayout.release(ofSeal: name).flatMap {
                SealFile.seal(of: $0, parsing: Array(parts[position + 1]))
            }
        }
    }

    package func activate(_ release: ReleaseID) async throws {
        // What stands there and is somebody else's is not written over.
        guard try await current() != release else { return }
        guard try await has(layout.seal(of: release)), try await has(layout.files(of: release)) else {
            throw HostError.absent(release)
        }
        let link = ShellWord.quoted("current.\(TemporaryFile.unusedName().drop { $0 == "." })")
        try await session.require(
            "switch to release \(release)",
            """
            cd \(root) && ln -s \(ShellWord.quoted(layout.link(to: release))) \(link) || exit 1
            mv -fT \(link) current || { rm -f \(link); exit 1; }
            \(RemoteScript.flush("."))
            """
        )
    }

    package func deactivate(_ release: ReleaseID) async throws {
        try await session.require(
            "take the link to release \(release) away",
            """
            cd \(root) || exit 1
            [ "$(readlink current)" = \(ShellWord.quoted(layout.link(to: release))) ] || exit 0
            rm -f current || exit 1
            \(RemoteScript.flush("."))
            """
        )
    }

    package func discard(_ release: ReleaseID) async throws {
        let answer = try await session.run(removal(of: release))
        if answer.exitCode == 91 { throw HostError.current(release) }
        guard answer.exitCode == 0 else {
            throw HostError.failed("remove release \(release) on \(client.name)", said: answer.said)
        }
    }

    /// The script that takes a release away: first what makes it one that can be gone back to.
    func removal(of release: ReleaseID) -> String {
        let aside = ShellWord.quoted(".git-model/tmp/\(TemporaryFile.unusedName())")
        let files = ShellWord.quoted(layout.link(to: release))
        return """
            cd \(root) 2>/dev/null || exit 0
            [ "$(readlink current)" != \(files) ] || exit 91
            rm -f .git-model/seals/\(release).json || exit 1
            if [ -d \(files) ]; then
                chmod u+w \(files) && mv -fT \(files) \(aside) || exit 1
                chmod -R u+w \(aside) && rm -rf \(aside) || exit 1
            fi
            rm -f .git-model/seals/\(release).tree
            """
    }
}

/// The lock of a directory of another host, which goes with the connection.
private struct SSHHostLock: HostLock {
    let session: RemoteSession

    func release() async { _ = try? await session.run("exec 9>&-", .session) }
}
