package import SystemPackage

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

    /// This process's number.
    package static var processIdentifier: Int32 { SystemCall.processIdentifier }

    /// The program that this process runs; `nil` where the system does not say it.
    package static var program: FilePath? {
        guard let target = try? SymbolicLink.target(of: "/proc/self/exe"), target.hasPrefix("/") else { return nil }
        return FilePath(target)
    }

    /// Lets this process have as many open files as it may; where it may not have more, nothing changes.
    package static func raiseFileLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }

    private static func field<Tuple>(_ path: KeyPath<utsname, Tuple>) -> String? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return withUnsafeBytes(of: names[keyPath: path]) { bytes in
            // SAFETY: a field is an array of characters, which end at the first zero.
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
