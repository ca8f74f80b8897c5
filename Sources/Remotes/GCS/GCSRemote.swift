import Codec
import ModelCore
import SystemIO
package import SystemPackage
import Transport

/// A remote in a bucket of Google Cloud Storage, by its JSON API (version 1).
package struct GCSRemote: Remote {
    private static let service = "https://storage.googleapis.com"

    private let location: GCSLocation
    private let transport: HTTPTransport
    private let chain: CredentialChain<GoogleToken>
    private let origin: String
    private let pool: WorkerPool

    /// Creates a remote; `chain` gives the tokens, and `emulator` stands for Google's service where the URL names none.
    init(
        _ location: GCSLocation,
        over transport: HTTPTransport,
        chain: CredentialChain<GoogleToken>,
        emulator: HTTPAddress?,
        pool: WorkerPool
    ) {
        self.location = location
        self.transport = transport
        self.chain = chain
        self.pool = pool
        origin = (location.endpoint ?? emulator)?.origin ?? GCSRemote.service
    }

    package var name: String { location.text }

    package var isThisMachineOnly: Bool { false }

    package var isFlat: Bool { true }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        let part = RangedRead(range: range)
        var request = HTTPRequest(.get, url(of: file) + "?alt=media")
        part.apply(to: &request)
        let response = try await send(request, file, accepting: [200, 206, 416], answerLimit: part.answerLimit)
        return try part.bytes(from: response, of: file, in: name)
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        let request = HTTPRequest(.get, url(of: file) + "?fields=size")
        let response = try await send(request, file, accepting: [200, 404])
        guard response.status == 200 else { return nil }
        guard let size = try object(response, file)["size"]?.string.flatMap({ Int64($0) }) else {
            throw .wrongContent(name, file: file, problem: "the service does not say how long it is")
        }
        return size
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let prefix = location.prefix + (directory.isEmpty ? "" : directory + "/")
        var files: Set<RemoteFile> = []
        var token: String?
        repeat {
            var query = "?fields=items(name,size,updated),nextPageToken&prefix=" + PercentEncoding.encoded(prefix)
            if let token { query += "&pageToken=" + PercentEncoding.encoded(token) }
            let request = HTTPRequest(.get, objects + query)
            let response = try await send(request, directory, accepting: [200], isOfBucket: true)
            let page = try object(response, directory)
            for item in page["items"]?.array ?? [] {
                if let file = GCSRemote.file(item, below: prefix) { files.insert(file) }
            }
            let next = page["nextPageToken"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            guard next == nil || next != token else {
                throw .wrongContent(name, file: directory, problem: "the service's list of it has no end")
            }
            token = next
        } while token != nil
        return Array(files)
    }

    private static func file(_ item: JSONValue, below prefix: String) -> RemoteFile? {
        guard let members = item.object, let name = members["name"]?.string, name.hasPrefix(prefix),
            let size = members["size"]?.string.flatMap({ Int64($0) })
        else { return nil }
        let time = members["updated"]?.string.flatMap(CivilDate.secondsSince1970)
        let path = String(name.dropFirst(prefix.count))
        let file = RemoteFile(path: path, size: size, modified: time.map { $0 * 1_000_000_000 })
        return path.hasSuffix("/") || TemporaryFile.isTemporary(file.name) ? nil : file
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        try await insert(.bytes(bytes), checksum: checksum, as: file, sent: { _ in })
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        let content = try await LocalContent(of: source, pool: pool, for: name)
        try await insert(
            .file(source, byteCount: content.byteCount),
            checksum: content.checksum,
            as: file,
            sent: sent
        )
    }

    /// Sends a file, and compares what the service says of it with what was to be sent.
    private func insert(
        _ body: HTTPRequest.Body,
        checksum: UInt32,
        as file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        let place = "\(origin)/upload/storage/v1/b/\(location.bucket)/o"
        let name = PercentEncoding.encoded(location.prefix + file)
        let request = HTTPRequest(
            .post,
            "\(place)?uploadType=media&name=\(name)",
            fields: ["Content-Type": "application/octet-stream"],
            body: body
        )
        let response = try await send(request, file, accepting: [200, 201], isOfBucket: true, sent: sent)
        let answer = try object(response, file)
        // In base64, the most significant byte first ("Object resource").
        let expected = withUnsafeBytes(of: checksum.bigEndian) { Array($0).base64 }
        let isRight = answer["size"]?.string == "\(body.byteCount)" && answer["crc32c"]?.string ?? expected == expected
        guard isRight else {
            throw .wrongContent(self.name, file: file, problem: "it arrived there with other bytes")
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        _ = try await send(HTTPRequest(.delete, url(of: file)), file, accepting: [200, 204, 404])
    }

    private var objects: String { "\(origin)/storage/v1/b/\(location.bucket)/o" }

    /// Returns the URL of an object, whose name is one part of the path.
    private func url(of file: String) -> String {
        objects + "/" + PercentEncoding.encoded(location.prefix + file)
    }

    private func object(_ response: HTTPResponse, _ file: String) throws(RemoteError) -> [String: JSONValue] {
        guard let members = (try? JSONValue(parsing: response.bytes))?.object else {
            throw .wrongContent(name, file: file, problem: "the service's answer is no JSON object")
        }
        return members
    }

    /// Makes a request with a token, and once more with a fresh one where the service says that it has expired.
    ///
    /// Of one that is of the bucket and names no object that has to be there, 404 can only mean the bucket.
    private func send(
        _ request: HTTPRequest,
        _ file: String,
        accepting statuses: Set<Int>,
        isOfBucket: Bool = false,
        answerLimit: Int = HTTPTransport.answerLimit,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(RemoteError) -> HTTPResponse {
        for attempt in 0... {
            let token = try await chain.credentials(for: name)
            var request = request
            if let token { request.fields["Authorization"] = "Bearer " + token.text }
            if let project = token?.quotaProject { request.fields["X-Goog-User-Project"] = project }
            let response: HTTPResponse
            do { response = try await transport.send(request, answerLimit: answerLimit, sent: sent) } catch {
                throw RemoteError(name, file: file, error)
            }
            if response.isSuccess, statuses.contains(response.status) { return response }
            let failure = GCSFailure(response, isOfBucket: isOfBucket)
            if statuses.contains(response.status), !failure.isAboutBucket { return response }
            guard attempt == 0, response.status == 401, let expired = token else {
                let tried = await chain.attempts
                throw failure.error(name, file: file, response, tried: tried, isAnonymous: token == nil)
            }
            await chain.forget(expired)
        }
        preconditionFailure("the loop ends by returning or throwing")
    }
}
