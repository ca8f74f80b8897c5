#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The machine that this process runs on.
package enum Machine {
    /// Its name in the network.
    package static var hostName: String? { field(\.nodename) }

    /// Its processor's architecture, such as `x86_64`.
    package static var architecture: String? { field(\.machine) }

    /// Its kernel and the kernel's release, such as `Linux 6.1.0`.
    package static var kernel: String? {
        guard let name = field(\.sysname), let release = field(\.release) else { return nil }
        return "\(name) \(release)"
    }

    /// The processors that this process may use.
    package static var processorCount: Int { WorkerThread.processorCount }

    private static func field<Tuple>(_ path: KeyPath<utsname, Tuple>) -> String? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return withUnsafeBytes(of: names[keyPath: path]) { bytes in
            // SAFETY: a field is an array of characters, which end at the first zero.
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
