import ModelCore
import SystemIO
package import SystemPackage
import Transport

/// A store anywhere that rclone reaches, by the remote control of one process of it (https://rclone.org/rc/).
package struct RcloneRemote: Remote {
    private let location: RcloneLocation
    private let process: RcloneProcess
    private let transport: HTTPTransport

    /// Creates a remote; rclone is not started before it is used.
    init(_ location: RcloneLocation, by process: RcloneProcess, over transport: HTTPTransport) {
        self.location = location
        self.process = process
        self.transport = transport
    }

    package var name: String { location.text }

    package var isThisMachineOnly: Bool { false }

    package var mayTakeWritersTimes: Bool { true }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        let access = try await process.access(for: name)
        let part = RangedRead(range: range)
        let place = PercentEncoding.encoded("[\(location.place)]") + "/" + PercentEncoding.encoded(file, keeping: "/")
        var request = HTTPRequest(.get, "\(access.origin)/\(place)", fields: ["Authorization": access.authorization])
        part.apply(to: &request)
        let response: HTTPResponse
        do { response = try await transport.send(request, answerLimit: part.answerLimit) } catch {
            throw RemoteError(name, error)
        }
        guard response.isSuccess || response.status == 416 else { throw await failure(file, response) }
        return try part.bytes(from: response, of: file, in: name)
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        let answer: [String: JSONValue]
        do throws(RemoteError) { answer = try await call("operations/stat", file, ["remote": .string(file)]) } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
        guard let item = answer["item"]?.object, item["IsDir"]?.bool == false else { return nil }
        return item["Size"]?.integer
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let options: [String: JSONValue] = [
            "recurse": .bool(true), "filesOnly": .bool(true), "noMimeType": .bool(true),
        ]
        let answer: [String: JSONValue]
        do throws(RemoteError) {
            answer = try await call(
                "operations/list",
                directory,
                ["remote": .string(directory), "opt": .object(options)]
            )
        } catch {
            guard case .notFound = error else { throw error }
            return []
        }
        let prefix = directory.isEmpty ? "" : directory + "/"
        return (answer["list"]?.array ?? []).compactMap { item in
            guard let fields = item.object, let path = fields["Path"]?.string, path.hasPrefix(prefix),
                let size = fields["Size"]?.integer
            else { return nil }
            let modified = fields["ModTime"]?.string.flatMap(CivilDate.secondsSince1970)
            let file = RemoteFile(
                path: String(path.dropFirst(prefix.count)),
                size: size,
                modified: modified.map { $0 * 1_000_000_000 }
            )
            // Neither what we began to write nor what rclone did.
            return TemporaryFile.isTemporary(file.name) || file.name.hasSuffix(".partial") ? nil : file
        }
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        let copy = try temporaryCopy(of: bytes)
        try await upload(copy.path, to: file, sent: { _ in })
    }

    package func write(probe bytes: [UInt8], to file: String) async throws(RemoteError) {
        let copy = try temporaryCopy(of: bytes)
        do { try DurableFile.setModified(ServerClock.longAgo, of: copy.path) } catch { throw .io(name, error) }
        try await upload(copy.path, to: file, sent: { _ in })
    }

    /// rclone takes files only.
    private func temporaryCopy(of bytes: [UInt8]) throws(RemoteError) -> TemporaryFile {
        do throws(IOError) {
            let copy = try TemporaryFile(beside: FilePath(process.temporaryDirectory).appending("new"))
            let result = bytes.withUnsafeBytes { block in
                Result { () throws(IOError) in try copy.write(block, at: 0) }
            }
            try result.get()
            return copy
        } catch { throw .io(name, error) }
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        do { _ = try OpenFile(reading: source) } catch { throw .io(name, error) }
        let (directory, last) = (source.removingLastComponent(), source.lastComponent?.string ?? "")
        let answer = try await call(
            "operations/copyfile",
            file,
            [
                "srcFs": .string(directory.string), "srcRemote": .string(last), "dstFs": .string(location.place),
                "dstRemote": .string(file), "_async": .bool(true),
                // One of the same size and time may be damaged: it is written all the same.
                "_config": .object(["IgnoreTimes": .bool(true)]),
            ]
        )
        guard let job = answer["jobid"]?.integer else {
            throw .refused(name, file: file, reason: "rclone gives the copy no number")
        }
        try await wait(for: job, copying: file, sent)
    }

    /// Waits for the end of a copy, and tells how far it is.
    private func wait(
        for job: Int64,
        copying file: String,
        _ sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        var told: Int64 = 0
        var pause = RcloneRemote.shortestPause
        while true {
            let status = try await call("job/status", file, ["jobid": JSONValue(job)])
            let statistics = try await call("core/stats", file, ["group": .string("job/\(job)")])
            let done = statistics["bytes"]?.integer ?? 0
            if done > told { sent(Int(done - told)) }
            told = max(told, done)
            if status["finished"]?.bool == true {
                guard status["success"]?.bool != true else { return }
                throw await failure(file, words: status["error"]?.string ?? "")
            }
            do { try await Task.sleep(for: pause) } catch {
                _ = try? await call("job/stop", file, ["jobid": JSONValue(job)])
                throw .unreachable(name, cause: "interrupted")
            }
            pause = min(pause * 2, RcloneRemote.longestPause)
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        do throws(RemoteError) {
            _ = try await call("operations/deletefile", file, ["remote": .string(file)])
        } catch {
            guard case .notFound = error else { throw error }
        }
    }

    /// Calls a function of the remote control about a file, and returns what it answers.
    private func call(
        _ function: String,
        _ file: String,
        _ arguments: [String: JSONValue]
    ) async throws(RemoteError) -> [String: JSONValue] {
        let response = try await post(function, arguments.merging(["fs": .string(location.place)]) { $1 })
        guard response.isSuccess else { throw await failure(file, response) }
        do { return try JSONValue(parsing: response.bytes).object ?? [:] } catch {
            throw .refused(name, file: file, reason: "rclone's answer to \(function) is not understood: \(error)")
        }
    }

    private func post(_ function: String, _ arguments: [String: JSONValue]) async throws(RemoteError) -> HTTPResponse {
        let access = try await process.access(for: name)
        let request = HTTPRequest(
            .post,
            "\(access.origin)/\(function)",
            fields: ["Authorization": access.authorization, "Content-Type": "application/json"],
            body: .bytes(JSONValue.object(arguments).encoded)
        )
        do { return try await transport.send(request, answerLimit: RcloneRemote.answerLimit) } catch {
            throw RemoteError(name, error)
        }
    }

    /// A list of a million files takes 200 MB.
    private static let answerLimit = 1 << 30
    private static let shortestPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(200)

    /// Returns what an answer that says no means; rclone has tried several times by then.
    private func failure(_ file: String, _ response: HTTPResponse) async -> RemoteError {
        if response.status == 404 { return .notFound(name, file: file) }
        return await failure(file, words: RcloneRemote.words(of: response))
    }

    private static func words(of response: HTTPResponse) -> String {
        let words = (try? JSONValue(parsing: response.bytes).object?["error"]?.string).flatMap { $0 }
        return words ?? "status \(response.status)"
    }

    private func failure(_ file: String, words: String) async -> RemoteError {
        let failure = RcloneFailure(words: words)
        guard failure.isAboutPlace, !location.path.isEmpty else { return failure.error(name, file: file, at: location) }
        // rclone also takes a place for a file of which the service says nothing, for want of the right keys. What it
        // says of the place as seen from the whole tells that.
        let response: HTTPResponse
        do throws(RemoteError) {
            response = try await post(
                "operations/stat",
                ["fs": .string(location.remote), "remote": .string(location.path)]
            )
        } catch { return error }
        guard !response.isSuccess else { return failure.error(name, file: file, at: location) }
        return RcloneFailure(words: RcloneRemote.words(of: response)).error(name, file: file, at: location)
    }
}
