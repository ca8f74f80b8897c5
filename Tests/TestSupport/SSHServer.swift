import FoundationEssentials
import Subprocess
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// OpenSSH's sshd on a free port of the loopback interface, with keys of its own, which serves the files of this
/// machine by SFTP.
///
/// It ends with the value, and with the test process at the latest.
package final class SSHServer: Sendable {
    /// The directory where its keys and files are.
    package let directory: FilePath
    /// The port that it listens at.
    package let port: Int
    private let process: Int32

    /// The SFTP subsystem with all that OpenSSH has.
    package static let subsystem = "internal-sftp"

    /// A subsystem for which `/mnt` is a file system of 2 MiB.
    package static let tinyDisk =
        "unshare --mount sh -c 'mount -t tmpfs -o size=2m none /mnt && exec /usr/lib/openssh/sftp-server'"

    private static let enter =
        "ForceCommand exec nsenter --target \"$(cat 'DIR/mounts')\" --user --mount --preserve-credentials "
        + "/bin/sh -c \"$SSH_ORIGINAL_COMMAND\""

    /// Starts a server with that command of the shell as its SFTP subsystem.
    ///
    /// The commands of one that `entersMounts` see what the process sees whose number the file `mounts` in its
    /// directory has.
    package init(subsystem: String = SSHServer.subsystem, entersMounts: Bool = false) async throws {
        let temporary = FileManager.default.temporaryDirectory.appending(path: "git-model-sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        directory = FilePath(temporary.resolvingSymlinksInPath().path)
        let first = "\(Int.random(in: 20000..<32000))"
        let enter = entersMounts ? SSHServer.enter.replacing("DIR", with: directory.string) : ""
        let variables = [
            "DIR": directory.string, "SUBSYSTEM": subsystem, "FIRST_PORT": first, "ENTER": enter,
        ]
        let lines = try await SSHServer.shell(SSHServer.start, variables)
        let numbers = lines.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        guard numbers.count == 2 else { throw SSHServerFailure(description: "sshd does not start: \(lines)") }
        (port, process) = (Int(numbers[0]), numbers[1])
    }

    deinit {
        kill(process, SIGTERM)
        try? FileManager.default.removeItem(atPath: directory.string)
    }

    /// The URL of a directory that nothing is in.
    package func url(of name: String = UUID().uuidString) -> String { "ssh://127.0.0.1:\(port)\(directory)/\(name)" }

    /// The command that reaches the server with the right key, for `GIT_SSH_COMMAND`.
    package var command: String { "ssh -F '\(directory)/config'" }

    /// A command that reaches it without knowing its key, as a careless user's configuration does.
    package var trustingCommand: String { "ssh -F '\(directory)/trusting'" }

    /// A command that asks with a key that the server does not know.
    package var strangersCommand: String { "ssh -F '\(directory)/stranger'" }

    /// How often somebody logged in.
    package func logins() throws -> Int { try count { $0.contains("Accepted publickey") } }

    /// How often somebody was not let in.
    package func refusals() throws -> Int {
        try count { $0.contains("authenticating user ") && $0.contains("preauth") }
    }

    private func count(_ isCounted: (Substring) -> Bool) throws -> Int {
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.string).filter { $0.hasPrefix("log") }
        return try files.reduce(0) { count, file in
            let text = try String(contentsOfFile: directory.appending(file).string, encoding: .utf8)
            return count + text.split(whereSeparator: \.isNewline).count(where: isCounted)
        }
    }

    /// The server's directory of that URL, as this machine sees it.
    package func path(of url: String) -> FilePath {
        directory.appending(String(url.split(separator: "/").last ?? ""))
    }

    /// Kills the processes of all connections, as a server does that goes down; new ones are still accepted.
    package func breakConnections() { signalConnections(SIGKILL) }

    /// A command of the shell that does the same.
    package var breakingCommand: String {
        "for p in $(pgrep -P \(process)); do pkill -KILL -P $p; kill -KILL $p; done"
    }

    /// Stops all that the connections do, without ending them.
    package func stopConnections() { signalConnections(SIGSTOP) }

    private func signalConnections(_ signal: Int32) {
        for connection in SSHServer.children(of: process) {
            let children = SSHServer.children(of: connection)
            for process in [connection] + children { kill(process, signal) }
        }
    }

    /// The processes that a process started; none where it is gone.
    private static func children(of process: Int32) -> [Int32] {
        let file = FilePath("/proc/\(process)/task/\(process)/children")
        guard let descriptor = try? FileDescriptor.open(file, .readOnly) else { return [] }
        defer { try? descriptor.close() }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = (try? bytes.withUnsafeMutableBytes { try descriptor.read(into: $0) }) ?? 0
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }

    private static func shell(_ script: String, _ variables: [String: String]) async throws -> String {
        var environment = Environment.inherit
        environment = environment.updating(
            Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
        )
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script],
            environment: environment,
            output: .string(limit: 1 << 16),
            error: .discarded
        )
        return result.standardOutput
    }

    /// Makes keys, starts the server, prints port and process, and leaves a watch that ends it with the test process.
    private static let start = """
        set -e
        cd "$DIR"
        if [ "$(id -u)" = 0 ]; then mkdir -p /run/sshd; fi
        for key in host user other; do ssh-keygen -q -t ed25519 -N '' -C '' -f "$key"; done
        cat >config <<END
        Host *
            User $(id -un)
            IdentityFile $DIR/user
            IdentitiesOnly yes
            IdentityAgent none
            UserKnownHostsFile $DIR/known
            GlobalKnownHostsFile /dev/null
            StrictHostKeyChecking yes
        END
        sed -e 's|/.*/known$|/dev/null|' -e 's/Checking yes/Checking no/' config >trusting
        sed -e 's|/user$|/other|' config >stranger
        case $SUBSYSTEM in
            internal-sftp*) ;;
            *)
                echo "$SUBSYSTEM" >subsystem
                SUBSYSTEM="/bin/sh $DIR/subsystem"
                ;;
        esac
        cat >sshd_config <<END
        ListenAddress 127.0.0.1
        HostKey $DIR/host
        AuthorizedKeysFile $DIR/user.pub
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin yes
        MaxStartups 200
        MaxSessions 200
        Subsystem sftp $SUBSYSTEM
        $ENTER
        END
        attempt=0
        while :; do
            port=$((FIRST_PORT + attempt))
            /usr/sbin/sshd -D -f sshd_config -p "$port" -E "$DIR/log$attempt" </dev/null >/dev/null 2>&1 &
            pid=$!
            for _ in $(seq 100); do
                if grep -q 'Server listening' "log$attempt" 2>/dev/null; then break 2; fi
                kill -0 "$pid" 2>/dev/null || break
                sleep 0.05
            done
            kill "$pid" 2>/dev/null || true
            attempt=$((attempt + 1))
            [ "$attempt" -lt 20 ]
        done
        echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 host.pub)" >known
        (while kill -0 "$PPID" && kill -0 "$pid"; do sleep 1; done; kill "$pid") </dev/null >/dev/null 2>&1 &
        echo "$port $pid"
        """
}

/// Why a server could not be started.
package struct SSHServerFailure: Error, CustomStringConvertible {
    package let description: String
}
