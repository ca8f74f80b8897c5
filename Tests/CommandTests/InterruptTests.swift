import SystemIO
import Testing

@testable import CommandLineInterface

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct InterruptTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func `The first signal asks the work to stop, the second stops it`(number: CInt) async {
        await #expect(processExitsWith: .exitCode(130)) { [number] in
            signal(number, SIG_DFL)
            Interrupts.install()
            // To the process, as a terminal sends it: the threads of the pool block signals.
            kill(getpid(), number)
            while !Interrupts.cancellation.isCancelled { usleep(1000) }
            kill(getpid(), number)
            sleep(60)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func `What the parent has ignored stays so`(number: CInt) async {
        await #expect(processExitsWith: .exitCode(0)) { [number] in
            signal(number, SIG_IGN)
            Interrupts.install()
            kill(getpid(), number)
            usleep(200_000)
            exit(Interrupts.cancellation.isCancelled ? 1 : 0)
        }
    }

    @Test func `Writing to a closed pipe does not end the process`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Interrupts.install()
            var ends: [CInt] = [0, 0]
            guard pipe(&ends) == 0, close(ends[0]) == 0 else { exit(1) }
            exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2)
        }
    }
}
