import CIntrinsics
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What a process is started with.
struct ProcessSpawn {
    /// A process that runs, and this side's ends of its standard streams.
    struct Started {
        let identifier: pid_t
        let input: CInt
        let output: CInt
        let errors: CInt
    }

    /// `POSIX_SPAWN_SETSID`, which glibc shows only under _GNU_SOURCE.
    #if canImport(Darwin)
        private static let newSession: CInt = 0x400
    #else
        private static let newSession: CInt = 0x80
    #endif

    private let arguments: [String]
    private let variables: [String]
    private let leadsGroup: Bool
    private let leadsSession: Bool
    private let directory: FilePath?

    /// Creates the start of a process that runs in `directory`, or where this one does.
    init(
        _ arguments: [String],
        environment: [String: String],
        leadsGroup: Bool,
        leadsSession: Bool = false,
        directory: FilePath? = nil
    ) {
        self.arguments = arguments
        variables = environment.map { "\($0.key)=\($0.value)" }
        self.leadsGroup = leadsGroup
        self.leadsSession = leadsSession
        self.directory = directory
    }

    /// Starts the process with this one's standard streams, and returns its number; its output may go to the standard
    /// error.
    func startHere(_ program: FilePath, outputToErrors: Bool) throws(Errno) -> pid_t {
        // A shell may have given it more of them: `<(…)` is one.
        try spawn(program, outputToErrors ? [STDIN_FILENO, STDERR_FILENO, STDERR_FILENO] : [], inheritsOthers: true)
    }

    /// Starts the process with pipes.
    func start(_ program: FilePath) throws(Errno) -> Started {
        let input = try SystemCall.pipe()
        let output = try SystemCall.pipe()
        let errors = try SystemCall.pipe()
        // The child has its own copies; ends that nobody else holds are how either side sees that the other is gone.
        defer { for end in [input.reading, output.writing, errors.writing] { SystemCall.close(end) } }
        do throws(Errno) {
            let identifier = try spawn(program, [input.reading, output.writing, errors.writing])
            let (input, output, errors) = (input.writing, output.reading, errors.reading)
            return Started(identifier: identifier, input: input, output: output, errors: errors)
        } catch {
            for end in [input.writing, output.reading, errors.reading] { SystemCall.close(end) }
            throw error
        }
    }

    /// Starts the process with descriptors as its standard input and output, and returns its number and the pipe that
    /// it complains by; without an output of its own, what it says comes by that pipe too.
    func start(
        _ program: FilePath,
        reading input: CInt,
        writing output: CInt? = nil
    ) throws(Errno) -> (identifier: pid_t, errors: CInt) {
        let errors = try SystemCall.pipe()
        defer { SystemCall.close(errors.writing) }
        do throws(Errno) {
            return (try spawn(program, [input, output ?? errors.writing, errors.writing]), errors.reading)
        } catch {
            SystemCall.close(errors.reading)
            throw error
        }
    }

    /// Starts the process with descriptors as its standard input and both of its outputs, and returns its number.
    func startSilently(_ program: FilePath, reading input: CInt, writing output: CInt) throws(Errno) -> pid_t {
        try spawn(program, [input, output, output])
    }

    /// Starts the process; of what else this one has open, libraries may not have said that nobody inherits it, and who
    /// holds a socket keeps its port.
    private func spawn(
        _ program: FilePath,
        _ streams: [CInt],
        inheritsOthers: Bool = false
    ) throws(Errno) -> pid_t {
        #if canImport(Darwin)
            var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
        #else
            var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, CInt(number))
        }
        if !inheritsOthers { _ = ci_spawn_closing(&actions, STDERR_FILENO + 1) }
        if let directory {
            directory.withPlatformString { _ = ci_spawn_in(&actions, $0) }
        }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The calling thread may have signals blocked or ignored that the program counts on.
        var (none, pipe) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &pipe)
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        if leadsGroup { flags |= POSIX_SPAWN_SETPGROUP }
        if leadsSession { flags |= ProcessSpawn.newSession }
        posix_spawnattr_setflags(&attributes, Int16(flags))
        posix_spawnattr_setpgroup(&attributes, 0)

        var identifier: pid_t = 0
        let code = ProcessSpawn.withCStrings(arguments) { arguments in
            ProcessSpawn.withCStrings(variables) { variables in
                program.withPlatformString {
                    posix_spawn(&identifier, $0, &actions, &attributes, arguments, variables)
                }
            }
        }
        guard code == 0 else { throw Errno(rawValue: code) }
        return identifier
    }

    private static func withCStrings<R>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (position, text) in texts.enumerated() { pointers[position] = strdup(text) }
        pointers[texts.count] = nil
        defer {
            for position in texts.indices { free(pointers[position]) }
            pointers.deallocate()
        }
        return body(pointers)
    }
}
