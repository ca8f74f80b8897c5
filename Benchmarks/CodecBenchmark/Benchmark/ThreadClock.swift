import Glibc

/// The processor time of the calling thread: other programs on the machine hardly count.
enum ThreadClock {
    /// Returns the seconds since the thread began.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
