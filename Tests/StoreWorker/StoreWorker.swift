import Store
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process that uses a store beside others and may be killed at any time; the tests of random runs start several.
///
/// `store-worker run DIRECTORY NUMBER SEED STEPS` does random work on `DIRECTORY/store`, as worker `NUMBER`.
/// `store-worker verify DIRECTORY` checks that everything is there that any worker was promised, and that what nobody
/// needs goes.
@main
enum StoreWorker {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch (arguments.first, arguments.dropFirst().dropFirst().compactMap { UInt64($0) }) {
            case ("run", let numbers) where numbers.count == 3:
                let place = WorkPlace(FilePath(arguments[2]))
                let random = PseudoRandom(seed: numbers[1] &* 31 &+ numbers[0])
                var work = try RandomWork(place, worker: Int(numbers[0]), random: random)
                for _ in 0..<numbers[2] { try await work.takeStep() }
            case ("verify", let numbers) where numbers.isEmpty && arguments.count == 2:
                try await Verification(WorkPlace(FilePath(arguments[2]))).run()
            default: exit(2)
            }
        } catch {
            say("error: \(error)")
            exit(1)
        }
    }

    /// Writes a line at once, before the process may be killed.
    static func say(_ line: String) {
        _ = try? FileDescriptor.standardOutput.writeAll((line + "\n").utf8)
    }
}
