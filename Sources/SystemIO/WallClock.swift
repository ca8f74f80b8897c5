/// The time of day.
package enum WallClock {
    /// Returns nanoseconds since 1970, in UTC, comparable with the times of `FileStatus`.
    package static func now() -> Int64 { SystemCall.wallClock }
}
