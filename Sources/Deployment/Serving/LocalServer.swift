import SystemIO

/// A server that runs on this machine; it ends with the value or with this process.
package final class LocalServer: RunningServer {
    package let address: String
    private let process: SupervisedProcess
    /// Where its socket is.
    private let scratch: ScratchPlace?
    private let grace: Int

    /// Takes over a process that was started; it has `grace` seconds to end when it is asked to.
    init(_ process: SupervisedProcess, address: String, scratch: ScratchPlace?, grace: Int) {
        self.process = process
        self.address = address
        self.scratch = scratch
        self.grace = grace
    }

    package var log: String { String(decoding: process.said, as: UTF8.self) }

    /// The process's number, which is that of its group.
    package var identifier: Int32 { process.identifier }

    /// The exit code, or 128 and the number of the signal that ended it; `nil` while it runs.
    package var exitCode: Int32? { process.exitCode }

    package func hasEnded() async -> Bool { process.hasEnded }

    package func stop() async {
        let (process, grace) = (process, grace)
        await withCheckedContinuation { continuation in
            WorkerThread.start {
                process.end(within: grace * 1000)
                continuation.resume()
            }
        }
    }
}
