#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this process does with signals.
package enum SignalDisposition {
    /// Whether a signal is ignored, as the parent may have wanted it.
    package static func isIgnored(_ signal: CInt) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        // SAFETY: a handler is a pointer; SIG_IGN, which is a macro, is the one of value 1.
        return unsafeBitCast(handler, to: Int.self) == 1
    }
}
