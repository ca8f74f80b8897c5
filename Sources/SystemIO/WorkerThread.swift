#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A thread of the system, for loops that block.
package enum WorkerThread {
    /// Room for zstd, OpenSSL and deep directory walks, whatever the system's default is.
    private static let stackSize = 2 << 20

    /// The number of processors that are on line.
    static var processorCount: Int { max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))) }

    /// Lets the calling thread, which may block, rest for so long.
    package static func sleep(milliseconds: Int) { SystemCall.sleep(milliseconds: UInt32(milliseconds)) }

    /// Starts a thread that runs a body and ends with it.
    package static func start(_ body: @Sendable @escaping () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let argument = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        let code = pthread_create(&thread, &attributes, enterThread, argument)
        precondition(code == 0, "the system has no thread left for the worker pool (error \(code))")
    }
}

/// What a new thread is to run, kept alive until it begins.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @Sendable @escaping () -> Void) {
        self.run = run
    }
}

private func enterThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // SAFETY: the argument is the object that `WorkerThread.start` retained for this thread alone.
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}
