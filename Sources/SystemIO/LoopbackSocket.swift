package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Ports of 127.0.0.1 and Unix sockets that servers of this machine listen at.
package enum LoopbackSocket {
    /// Below those that the system gives to connections, so that none of these takes a port before the server does.
    private static let ports = 20000..<32000
    private static let attempts = 50
    /// How long a connection may take to come about, in milliseconds.
    private static let patience: Int32 = 500

    /// Returns a port that nobody listens at; `nil` where none is found.
    ///
    /// Somebody else may take it at any moment.
    package static func freePort() -> Int? {
        for _ in 0..<attempts {
            let port = Int.random(in: ports)
            let isFree = withSocket(AF_INET) { socket in
                withAddress(port: port) { bind(socket, $0, $1) == 0 }
            }
            if isFree { return port }
        }
        return nil
    }

    /// Returns whether somebody accepts connections at a port of 127.0.0.1; blocks for half a second at most.
    package static func accepts(port: Int) -> Bool {
        withSocket(AF_INET) { socket in
            withAddress(port: port) { isConnected(socket, connect(socket, $0, $1)) }
        }
    }

    /// Returns whether somebody accepts connections at a Unix socket; blocks for half a second at most.
    package static func accepts(path: FilePath) -> Bool {
        withSocket(AF_UNIX) { socket in
            withAddress(path: path) { isConnected(socket, connect(socket, $0, $1)) } ?? false
        }
    }

    /// Returns whether a path is short enough for a Unix socket.
    package static func canBind(path: FilePath) -> Bool { withAddress(path: path) { _, _ in true } ?? false }

    private static func isConnected(_ socket: CInt, _ result: CInt) -> Bool {
        if result == 0 { return true }
        guard errno == EINPROGRESS else { return false }
        var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, patience) == 1 else { return false }
        var problem: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &length) == 0 && problem == 0
    }

    private static func withSocket(_ family: CInt, _ body: (CInt) -> Bool) -> Bool {
        #if canImport(Glibc)
            let number = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        #else
            let number = socket(family, SOCK_STREAM, 0)
        #endif
        guard number >= 0 else { return false }
        defer { SystemCall.close(number) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
        return body(number)
    }

    private static func withAddress<R>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            // SAFETY: every kind of address begins as `sockaddr` does, and the length says which it is.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Runs a body with the address of a Unix socket; `nil` where the path is too long for one.
    private static func withAddress<R>(path: FilePath, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        // One byte stays 0 as the end.
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            // SAFETY: as above.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
