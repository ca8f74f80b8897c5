/// A snapshot of how far a long operation has come.
package struct Progress: Sendable, Equatable {
    /// What is being done, as a present participle that begins a line, such as `hashing`.
    package var phase: String

    /// The object in hand, such as a path; shown when there is room.
    package var name: String?

    /// The items finished, and how many there will be, when that is known.
    package var items: Count?

    /// The bytes finished, and how many there will be, when that is known.
    package var bytes: Count?

    /// How much of something is finished.
    package struct Count: Sendable, Equatable {
        /// What is finished, in items or bytes.
        package var done: Int64

        /// What there is in all, in items or bytes; `nil` while it is unknown.
        package var total: Int64?

        /// Creates a count.
        package init(done: Int64, total: Int64? = nil) {
            self.done = done
            self.total = total
        }
    }

    /// Creates a snapshot; counts that make no sense for the phase are left out.
    package init(phase: String, name: String? = nil, items: Count? = nil, bytes: Count? = nil) {
        self.phase = phase
        self.name = name
        self.items = items
        self.bytes = bytes
    }
}

/// Where operations report how far they have come.
///
/// Methods may be called from any thread and as often as once a frame: they return at once, never throw, and drop what
/// comes too soon to be shown.
package protocol ProgressSink: Sendable {
    /// Takes a snapshot, which replaces the one before it.
    func update(_ progress: Progress)

    /// Ends the current phase: what was painted is erased.
    func finish()

    /// Takes one line that is worth reading only with `-v`, such as why a file is opaque.
    func detail(_ line: String)
}

/// A sink that shows nothing, for tests and for callers that look only at the result.
package struct SilentProgress: ProgressSink {
    /// Creates the sink.
    package init() {}

    package func update(_ progress: Progress) {}

    package func finish() {}

    package func detail(_ line: String) {}
}
