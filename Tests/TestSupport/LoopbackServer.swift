package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A program that serves on a free port of the loopback interface; it ends with the value or with this process,
/// whatever ends that.
package final class LoopbackServer: Sendable {
    /// Why a server is not there.
    package struct Failure: Error, CustomStringConvertible {
        package init(description: String) { self.description = description }

        package let description: String
    }

    /// Programs start slowly where many tests share few cores.
    private static let patience = Duration.seconds(120)
    /// How many ports are tried, for a program on this machine may take one before the server does.
    private static let attempts = 20
    /// Below those that the system gives to connections.
    private static let ports = 20000..<32000
    /// Ends the server at the end of its standard input; notes in a file of its own that the server ended before.
    private static let leashScript = #"""
        log=$1; shift
        exec 3<&0
        "$@" </dev/null >"$log" 2>&1 3<&- &
        server=$!
        # What the tests start may have any other signal blocked.
        { cat <&3 >/dev/null; kill -9 $$ $server; } &
        wait $server
        : >"$log.ended"
        kill -9 $!
        """#

    /// The port that it listens on.
    package let port: Int
    /// `http://127.0.0.1:PORT`.
    package var origin: String { "http://127.0.0.1:\(port)" }

    private let leash: FileDescriptor

    /// Starts a program, whose output goes to the file `log`, and waits until it accepts connections.
    ///
    /// `command` is given the port; the first of its words may be the name of a program in the virtual environment of
    /// the tests.
    package init(log: FilePath, environment: [String: String] = [:], _ command: (Int) -> [String]) async throws {
        let start = ContinuousClock.now
        for _ in 0..<LoopbackServer.attempts {
            let port = try LoopbackServer.freePort()
            let leash = try LoopbackServer.start(command(port), log: log, environment)
            while !LoopbackServer.hasEnded(log), ContinuousClock.now - start < LoopbackServer.patience {
                if LoopbackServer.accepts(port) {
                    (self.port, self.leash) = (port, leash)
                    return
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            try leash.close()
            guard LoopbackServer.hasEnded(log) else { break }
        }
        throw Failure(description: "\(command(0).joined(separator: " ")) does not serve; see scripts/bootstrap test")
    }

    /// Starts a program, and returns what keeps it running while it is open.
    private static func start(
        _ command: [String],
        log: FilePath,
        _ environment: [String: String]
    ) throws -> FileDescriptor {
        var words = command
        let own = PackageFiles.root.appending(".build-venv/bin").appending(words[0])
        if access(own.string, X_OK) == 0 { words[0] = own.string }
        unlink(log.string + ".ended")
        let (input, leash) = try FileDescriptor.pipe()
        _ = fcntl(leash.rawValue, F_SETFD, FD_CLOEXEC)
        defer { try? input.close() }
        let variables = environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { own, _ in own }
        try spawn(
            ["/bin/sh", "-c", leashScript, "leash", log.string] + words,
            variables.map { "\($0)=\($1)" },
            input: input
        )
        return leash
    }

    private static func hasEnded(_ log: FilePath) -> Bool { access(log.string + ".ended", F_OK) == 0 }

    deinit { try? leash.close() }

    private static func spawn(_ words: [String], _ environment: [String], input: FileDescriptor) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, words[0], &actions, nil, arguments, variables)
        guard status == 0 else { throw Errno(rawValue: status) }
    }

    /// Returns a port that nobody listens at; somebody else may be quicker to take it.
    package static func freePort() throws -> Int {
        for _ in 0..<attempts {
            let port = Int.random(in: ports)
            let isFree = try withSocket { socket in
                var address = loopback(port: UInt16(port))
                return withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        bind(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
            }
            if isFree { return port }
        }
        throw Failure(description: "no port of the loopback interface is free")
    }

    private static func accepts(_ port: Int) -> Bool {
        let isOpen = try? withSocket { socket in
            var address = loopback(port: UInt16(port))
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
        return isOpen ?? false
    }

    private static func withSocket<Value>(_ body: (Int32) throws -> Value) throws -> Value {
        #if canImport(Glibc)
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let socket = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard socket >= 0 else { throw Errno(rawValue: errno) }
        defer { close(socket) }
        return try body(socket)
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
