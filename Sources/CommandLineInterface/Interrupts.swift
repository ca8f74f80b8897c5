import Operations
import Synchronization
import SystemIO

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What SIGINT and SIGTERM do to the process: the first asks the work to stop, the second stops it.
enum Interrupts {
    /// Set by the first signal; there is one for the process, since a signal knows no other receiver.
    static let cancellation = Cancellation()

    private static let isReading = Atomic(false)

    /// Runs a body that waits for standard input, where the first signal stops the process: nobody else would notice it
    /// before the input comes.
    static func whileReading<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        isReading.store(true, ordering: .relaxed)
        defer { isReading.store(false, ordering: .relaxed) }
        return try body()
    }

    /// Installs the handlers.
    static func install() {
        // A handler may not be the first to initialise a global.
        _ = cancellation
        _ = isReading.load(ordering: .relaxed)
        handle(SIGINT, interrupt)
        handle(SIGTERM, interrupt)
        // Not SIG_IGN, which programs that we start would inherit: with a handler, writing to a closed pipe fails with
        // EPIPE here, and a child starts with the default again.
        handle(SIGPIPE) { _ in }
    }

    private static let interrupt: @convention(c) (CInt) -> Void = { _ in
        // Only atomic flags and _exit: nothing else is safe in a handler.
        if Interrupts.cancellation.isCancelled || Interrupts.isReading.load(ordering: .relaxed) {
            _exit(Failure.Kind.interrupted.exitCode)
        }
        Interrupts.cancellation.cancel()
    }

    private static func handle(_ signal: CInt, _ handler: @escaping @convention(c) (CInt) -> Void) {
        var action = sigaction()
        #if canImport(Darwin)
            action.__sigaction_u.__sa_handler = handler
        #else
            action.__sigaction_handler.sa_handler = handler
        #endif
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}
