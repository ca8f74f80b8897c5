import ModelCore
import Synchronization
import SystemIO
package import SystemPackage

extension SSHReleaseHost {
    /// How the batch command of a release ended on another host.
    package enum BatchEnd: Sendable {
        /// It gave its outputs.
        case done
        /// It ended with that exit code, above 128 by a signal; the last that it said.
        case failed(exitCode: Int32, said: String)
        /// It succeeded, and there is no file where its outputs should be.
        case noOutput
    }

    /// Runs the batch command of a sealed release on the host, on a file of this machine, and writes its outputs to a
    /// new one here.
    ///
    /// While it runs, the host has both files below its own `TMPDIR`. The command ends with the connection at the
    /// latest.
    package func runBatch(
        of seal: ReleaseSeal,
        from source: FilePath,
        to destination: FilePath
    ) async throws -> BatchEnd {
        guard let input = source.lastComponent?.string, let output = destination.lastComponent?.string else {
            throw HostError.unable("\(source) and \(destination) are no names of files")
        }
        let size = try OpenFile(reading: source, followingLinks: true).status().size
        let script = RemoteSupervision(
            directory: layout.files(of: seal.release),
            words: seal.plan.batch,
            variables: seal.identity.variables
        ).batch(inputByteCount: size, input: input, output: output)
        let sink = try FileSink(destination)
        let end = try await RemoteCommand(client: client, cancellations: [cancellation]).run(
            script,
            feed: { try send(source, byteCount: size, by: $0) },
            take: { try sink.append($0) }
        )
        switch end.exitCode {
        case 0: return .done
        case RemoteSupervision.noOutputCode: return .noOutput
        case RemoteSupervision.noInputCode:
            throw HostError.failed("keep the inputs on \(client.name)", said: end.said)
        case RemoteSupervision.noDirectoryCode:
            throw HostError.failed("enter release \(seal.release) on \(client.name)", said: end.said)
        case RemoteSupervision.failedCode:
            let code = (try? DurableFile.read(destination, limit: 64)).flatMap(RemoteSupervision.commandCode)
            if let code { return .failed(exitCode: code, said: end.said) }
        default: break
        }
        throw HostError.failed("run the batch command of \(seal.release) on \(client.name)", said: end.said)
    }

    /// Writes the first so many bytes of a file; throws where there are fewer.
    private func send(
        _ source: FilePath,
        byteCount: Int64,
        by write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let file = try OpenFile(reading: source, followingLinks: true)
        var block = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while offset < byteCount {
            let wanted = Int(min(Int64(block.count), byteCount - offset))
            try block.withUnsafeMutableBytes { bytes in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted])
                guard try file.read(into: part, at: offset) == wanted else { throw IOError(.read, source, .ioError) }
                try write(UnsafeRawBufferPointer(part))
            }
            offset += Int64(wanted)
            progress(Int64(wanted))
        }
    }
}

/// A new file that bytes come to, one after the other.
private final class FileSink: Sendable {
    private let file: OpenFile
    private let offset = Mutex<Int64>(0)

    init(_ path: FilePath) throws(IOError) { file = try OpenFile(creating: path) }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try offset.withLock { offset in
            try file.write(bytes, at: offset)
            offset += Int64(bytes.count)
        }
    }
}
