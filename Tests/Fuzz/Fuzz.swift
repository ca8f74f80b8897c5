import FoundationEssentials
import FuzzTargets

#if canImport(Glibc)
    import Glibc
#endif

/// libFuzzer's own loop (`FuzzerInterface.h`), which takes its options from the arguments.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Hands what libFuzzer makes to one target: `FUZZ_TARGET` names it, and `scripts/fuzz` runs one after the other.
///
/// With `--targets` it prints their names; with `--seeds DIRECTORY` it writes the target's seeds there.
@main
enum Fuzz {
    private static let target = FuzzTarget.all.first { $0.name == ProcessInfo.processInfo.environment["FUZZ_TARGET"] }

    static func main() throws {
        if CommandLine.arguments.contains("--targets") {
            return print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
        }
        // A tool of developers': there is nobody to go on for.
        guard let target else { fatalError("FUZZ_TARGET names no target") }
        if let position = CommandLine.arguments.firstIndex(of: "--seeds") {
            let directory = URL(filePath: CommandLine.arguments[position + 1])
            for (number, seed) in target.seeds.enumerated() {
                try Data(seed).write(to: directory.appending(path: "\(number)"))
            }
            return
        }
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        let code = runDriver(&count, &arguments) { bytes, count in
            do { try Fuzz.target?.check(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch {
                // A crash is how libFuzzer learns that bytes broke something, and keeps them.
                fatalError("\(error)")
            }
            return 0
        }
        exit(code)
    }
}
