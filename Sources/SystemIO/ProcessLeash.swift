import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What ends a process group should this process end, however it does: a shell that waits for the end of a pipe that
/// only this process holds.
///
/// What Linux offers for it, PR_SET_PDEATHSIG, is about the thread that started a process, and threads come and go
/// here.
struct ProcessLeash: ~Copyable {
    private static let shell: FilePath = "/bin/sh"
    private static let nothing: FilePath = "/dev/null"
    private static let script = #"read -r end; kill -s KILL -- "-$1""#

    private let identifier: pid_t
    private let pipe: CInt

    /// Begins; `nil` where the system has no shell or no room for one, and the group is on its own.
    init?(group: pid_t) {
        guard let started = try? ProcessLeash.start(group) else { return nil }
        (identifier, pipe) = started
    }

    /// Lets go of the group, which has ended.
    consuming func end() {
        kill(identifier, SIGKILL)
        while waitpid(identifier, nil, 0) < 0 && errno == EINTR {}
        SystemCall.close(pipe)
    }

    private static func start(_ group: pid_t) throws(Errno) -> (pid_t, CInt) {
        // A group of its own, so that a signal to ours does not end it first.
        let spawn = ProcessSpawn(["sh", "-c", script, "leash", "\(group)"], environment: [:], leadsGroup: true)
        let sink = Descriptor(owning: try SystemCall.open(nothing, .writing))
        let pipe = try SystemCall.pipe()
        defer { SystemCall.close(pipe.reading) }
        do throws(Errno) {
            return (try spawn.startSilently(shell, reading: pipe.reading, writing: sink.number), pipe.writing)
        } catch {
            SystemCall.close(pipe.writing)
            throw error
        }
    }
}
