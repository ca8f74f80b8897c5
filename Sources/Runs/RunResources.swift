/// What a run took.
package struct RunResources: Sendable, Hashable, Codable {
    /// The processor time of the command and all that it waited for, without the kernel's, in seconds.
    package let userSeconds: Double
    /// The kernel's processor time for them, in seconds.
    package let systemSeconds: Double
    /// The most memory that one of its processes had, in bytes.
    package let peakMemory: Int64
    /// Whether that is a bound: what the recorder had itself, of which nobody can tell less; left out where it is not.
    package let isMemoryBound: Bool?

    /// Creates a note of resources.
    package init(userSeconds: Double, systemSeconds: Double, peakMemory: Int64, isMemoryBound: Bool) {
        self.userSeconds = userSeconds
        self.systemSeconds = systemSeconds
        self.peakMemory = peakMemory
        self.isMemoryBound = isMemoryBound ? true : nil
    }
}
