import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A port of the loopback interface that refuses every connection, for nobody else can listen at it while the value
/// lives.
package final class DeafPort: Sendable {
    /// The port.
    package let number: Int
    /// `http://127.0.0.1:PORT`.
    package var origin: String { "http://127.0.0.1:\(number)" }

    private let socket: FileDescriptor

    /// Takes a port that the system chooses.
    package init() throws {
        let descriptor = DeafPort.openSocket()
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        socket = FileDescriptor(rawValue: descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            // SAFETY: every kind of address begins as `sockaddr` does, and the length says which it is.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            let problem = Errno(rawValue: errno)
            try? socket.close()
            throw problem
        }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { try? socket.close() }

    private static func openSocket() -> CInt {
        #if canImport(Glibc)
            Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        #elseif canImport(Musl)
            Musl.socket(AF_INET, SOCK_STREAM, 0)
        #else
            Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }
}
