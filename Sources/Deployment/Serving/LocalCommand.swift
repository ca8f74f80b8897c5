import SystemIO
import SystemPackage
import Synchronization

/// A command that runs on this machine to its end.
final class LocalCommand: Sendable {
    /// Where its output is.
    enum Output: Sendable {
        case file(FilePath)
        /// In the only file of a directory, whatever the command called it.
        case onlyFile(in: FilePath)
    }

    private let process: SupervisedProcess
    private let scratch: ScratchPlace
    private let output: Output
    private let isCancelled = Atomic(false)

    init(_ process: SupervisedProcess, scratch: ScratchPlace, output: Output) {
        self.process = process
        self.scratch = scratch
        self.output = output
    }

    /// Lets `result` end the command.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Waits for the end and returns the output and the exit code; blocks.
    func result() throws -> (output: [UInt8], exitCode: Int32) {
        while true {
            if let exitCode = process.exitCode {
                return (exitCode == 0 ? try read() : process.said, exitCode)
            }
            if isCancelled.load(ordering: .relaxed) {
                process.end(within: 500)
                throw CancellationError()
            }
            WorkerThread.sleep(milliseconds: 5)
        }
    }

    private func read() throws -> [UInt8] {
        switch output {
        case .file(let path): return try DurableFile.read(path, limit: LocalServeLaunch.outputLimit)
        case .onlyFile(let directory):
            let entries = try DirectoryEntry.all(in: directory)
            guard entries.count == 1, entries[0].kind == .regular else { throw ServeLaunchError.noOutput }
            return try DurableFile.read(directory.appending(entries[0].name), limit: LocalServeLaunch.outputLimit)
        }
    }
}
