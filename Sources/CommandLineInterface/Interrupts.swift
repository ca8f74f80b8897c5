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
    /// The process that gets the signals instead; 0 for none.
    private static let receiver = Atomic<Int32>(0)
    private static let passedOn = Atomic(false)

    /// Whether another process got an interrupt of this one's, or from the terminal at the same time.
    static var hasPassedOn: Bool { passedOn.load(ordering: .relaxed) }

    /// Passes signals on to the process of that number, which has the terminal; `nil` ends that.
    static func forward(to process: Int32?) {
        receiver.store(process ?? 0, ordering: .relaxed)
        guard process != nil else { return }
        // By these, schedulers tell trainings that their time is nearly over; nobody else here knows them.
        handle(SIGUSR1, other)
        handle(SIGUSR2, other)
    }

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
        _ = receiver.load(ordering: .relaxed)
        _ = passedOn.load(ordering: .relaxed)
        _ = lastFromTerminal.load(ordering: .relaxed)
        // What a parent has ignored stays so, for this process and for what it starts: nohup does that, and a shell to
        // what a script starts in the background.
        for signal in [SIGINT, SIGTERM] where !SignalDisposition.isIgnored(signal) { handle(signal, interrupt) }
        for signal in [SIGHUP, SIGQUIT] where !SignalDisposition.isIgnored(signal) { handle(signal, other) }
        // Not SIG_IGN, which programs that we start would inherit: with a handler, writing to a closed pipe fails with
        // EPIPE here, and a child starts with the default again.
        handle(SIGPIPE) { _, _, _ in }
    }

    private typealias Handler =
        @convention(c) (CInt, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void

    private static let interrupt: Handler = { signal, information, _ in
        // Only atomic flags, kill and _exit: nothing else is safe in a handler.
        if Interrupts.passOn(signal, information) {
            Interrupts.passedOn.store(true, ordering: .relaxed)
            return
        }
        if Interrupts.cancellation.isCancelled || Interrupts.isReading.load(ordering: .relaxed) {
            _exit(Failure.Kind.interrupted.exitCode)
        }
        Interrupts.cancellation.cancel()
    }

    private static let other: Handler = { signal, information, _ in
        if Interrupts.passOn(signal, information) {
            if signal == SIGHUP { Interrupts.passedOn.store(true, ordering: .relaxed) }
            return
        }
        _exit(128 + signal)
    }

    /// When the terminal last sent a signal, in ns of a clock that never goes back.
    private static let lastFromTerminal = Atomic<Int64>(-1 << 62)
    /// A parent that got the terminal's signal passes it on to this process within such a time, in ns.
    private static let echoTime: Int64 = 1_000_000_000

    /// Passes a signal on where another process gets them; `false` where none does.
    ///
    /// What the terminal sends, all its foreground processes get anyway; and Git, when it gets it, sends it to what it
    /// started.
    private static func passOn(_ signal: CInt, _ information: UnsafeMutablePointer<siginfo_t>?) -> Bool {
        let process = receiver.load(ordering: .relaxed)
        guard process > 0 else { return false }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        // SAFETY: the system gives every handler that asks for it the information of its signal.
        let isFromTerminal = (information?.pointee.si_code ?? 0) > 0
        if isFromTerminal {
            lastFromTerminal.store(now, ordering: .relaxed)
        } else if now - echoTime > lastFromTerminal.load(ordering: .relaxed) || sender(information) != getppid() {
            kill(process, signal)
        }
        return true
    }

    private static func sender(_ information: UnsafeMutablePointer<siginfo_t>?) -> pid_t {
        #if canImport(Glibc)
            information?.pointee._sifields._kill.si_pid ?? 0
        #else
            information?.pointee.si_pid ?? 0
        #endif
    }

    private static func handle(_ signal: CInt, _ handler: Handler) {
        var action = sigaction()
        #if canImport(Darwin)
            action.__sigaction_u.__sa_sigaction = handler
        #else
            action.__sigaction_handler.sa_sigaction = handler
        #endif
        action.sa_flags = SA_RESTART | SA_SIGINFO
        sigaction(signal, &action, nil)
    }
}
