/// What a run took.
package struct RunResources: Sendable, Hashable, Codable {
    /// The processor time of the command and all that it waited for, without the kernel's, in seconds.
    package let userSeconds: Double
    /// The kernel's processor time for them, in seconds.
    package let systemSeconds: Double
    /// The most memory that one of its processes had, in bytes.
    package let peakMemory: Int64

    /// Creates a note of resources.
    package init(userSeconds: Double, systemSeconds: Double, peakMemory: Int64) {
        self.userSeconds = userSeconds
        self.systemSeconds = systemSeconds
        self.peakMemory = peakMemory
    }
}
