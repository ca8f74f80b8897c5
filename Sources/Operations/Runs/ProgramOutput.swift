import SystemIO
import SystemPackage

/// What a small program of the user's answers, such as an interpreter that is asked for its packages.
enum ProgramOutput {
    private static let byteLimit = 16 << 20
    private static let pause: Int32 = 100

    /// Runs a program to its end and returns its standard output; `nil` where it fails, says too much, or takes longer.
    ///
    /// It reads `input`, which has to be short, where there is some. Blocks.
    static func of(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8]? = nil,
        within milliseconds: Int
    ) -> [UInt8]? {
        let words = [program.string] + arguments
        guard let process = try? ChildProcess(program, words, environment: environment, mayAskUser: false) else {
            return nil
        }
        if let input {
            input.withUnsafeBytes { try? process.write($0) }
            process.closeInput()
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let deadline = WallClock.now() + Int64(milliseconds) * 1_000_000
        reading: while output.count <= byteLimit, WallClock.now() < deadline {
            let reading = buffer.withUnsafeMutableBytes { try? process.read(into: $0, within: pause) }
            switch reading {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: continue
            case .end, nil: return process.end(within: 1000) == 0 ? output : nil
            }
        }
        _ = process.end(within: 0)
        return nil
    }
}
