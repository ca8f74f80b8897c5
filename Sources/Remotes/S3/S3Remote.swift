import Codec
import ModelCore
import Store
import Synchronization
import SystemIO
package import SystemPackage
import Transport

/// A remote in a bucket of Amazon S3 or of another service with its interface.
///
/// Every request is signed for one object, and the service checks the digests of what it was sent: Amazon's its
/// SHA-256, others, such as rclone's, only its MD5.
package struct S3Remote: Remote {
    /// How often one request is made again because the service named another region, or the keys had expired.
    private static let maximumCorrections = 2
    /// How often a file is sent whose bytes arrive as others.
    private static let maximumSendings = 3

    private let location: S3Location
    private let transport: HTTPTransport
    private let chain: CredentialChain<AWSCredentials>
    private let pool: WorkerPool
    private let now: @Sendable () -> Int64
    private let region: RegionMemory
    /// The service that the environment or the profile names in place of Amazon's.
    private let usualEndpoint: HTTPAddress?
    /// The region to sign for where nothing else says which.
    private let usualRegion: String

    /// Creates a remote; `chain` gives the keys, `settings` what the URL leaves out, and `now` the time in ns since
    /// 1970.
    init(
        _ location: S3Location,
        over transport: HTTPTransport,
        chain: CredentialChain<AWSCredentials>,
        settings: AWSSettings,
        pool: WorkerPool,
        now: @escaping @Sendable () -> Int64
    ) {
        self.location = location
        self.transport = transport
        self.chain = chain
        self.pool = pool
        self.now = now
        region = RegionMemory(location.region)
        usualEndpoint = settings.endpoint(of: "s3")
        usualRegion = settings.region
    }

    package var name: String { location.text }

    package var isThisMachineOnly: Bool { false }

    package var isFlat: Bool { true }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        let part = RangedRead(range: range)
        let response = try await send(file, accepting: [200, 206, 416], answerLimit: part.answerLimit) { url in
            var request = HTTPRequest(.get, url)
            part.apply(to: &request)
            return request
        }
        return try part.bytes(from: response, of: file, in: name)
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        let response = try await send(file, accepting: [200, 404]) { HTTPRequest(.head, $0) }
        guard response.status == 200 else { return nil }
        guard let size = response.fields["Content-Length"].flatMap({ Int64($0) }) else {
            throw .wrongContent(name, file: file, problem: "the service does not say how long it is")
        }
        return size
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let prefix = location.prefix + (directory.isEmpty ? "" : directory + "/")
        var files: Set<RemoteFile> = []
        var token: String?
        repeat {
            var query = "list-type=2&prefix=" + PercentEncoding.encoded(prefix)
            if let token { query = "continuation-token=\(PercentEncoding.encoded(token))&" + query }
            let response = try await send(directory, query: query, accepting: [200]) { HTTPRequest(.get, $0) }
            let page = S3Listing(response.text)
            guard page.isWhole else {
                throw .busy(
                    name,
                    cause: "its list of \(directory.isEmpty ? "files" : directory) is cut short or is none",
                    retryAfter: nil
                )
            }
            for found in page.files where found.key.hasPrefix(prefix) {
                let path = String(found.key.dropFirst(prefix.count))
                let file = RemoteFile(path: path, size: found.size, modified: found.modified.map { $0 * 1_000_000_000 })
                if !file.path.hasSuffix("/"), !TemporaryFile.isTemporary(file.name) { files.insert(file) }
            }
            guard page.isComplete || page.nextToken != nil, page.nextToken == nil || page.nextToken != token else {
                throw .wrongContent(name, file: directory, problem: "the service's list of it has no end")
            }
            token = page.nextToken
        } while token != nil
        return Array(files)
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        let digest = SHA256.digest(of: bytes)
        try await put(.bytes(bytes), digest: digest, md5: S3Remote.md5(of: bytes), to: file, sent: { _ in })
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        let content = try await LocalContent(of: source, wantsMD5: true, pool: pool, for: name)
        let body = HTTPRequest.Body.file(source, byteCount: content.byteCount)
        try await put(body, digest: content.digest, md5: content.md5, to: file, sent: sent)
    }

    private static func md5(of bytes: [UInt8]) -> [UInt8]? {
        guard var state = MD5() else { return nil }
        bytes.withUnsafeBytes { state.update($0) }
        return state.finishedBytes()
    }

    /// Sends a file, again where the service says that it is not what arrived there.
    private func put(
        _ body: HTTPRequest.Body,
        digest: Digest,
        md5: [UInt8]?,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        for attempt in 1... {
            do throws(RemoteError) {
                _ = try await send(file, accepting: [200], digest: digest, sent: sent) { url in
                    var request = HTTPRequest(.put, url, body: body)
                    request.fields["x-amz-checksum-sha256"] = digest.bytes.base64
                    request.fields["Content-MD5"] = md5?.base64
                    return request
                }
                return
            } catch {
                guard case .wrongContent = error, attempt < S3Remote.maximumSendings else { throw error }
            }
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        _ = try await send(file, accepting: [200, 204, 404]) { HTTPRequest(.delete, $0) }
    }

    /// Makes a signed request about one file, for the region that the service names and with fresh keys if it says so.
    private func send(
        _ file: String,
        query: String? = nil,
        accepting statuses: Set<Int>,
        digest: Digest = SHA256.digest(of: []),
        answerLimit: Int = HTTPTransport.answerLimit,
        sent: @escaping @Sendable (Int) -> Void = { _ in },
        _ make: (_ url: String) -> HTTPRequest
    ) async throws(RemoteError) -> HTTPResponse {
        for attempt in 0... {
            let keys = try await chain.credentials(for: name)
            let region = self.region.current ?? usualRegion
            let endpoint = S3Endpoint(of: location, region: region, usualEndpoint)
            var request = make(endpoint.url(key: query == nil ? location.prefix + file : nil, query: query))
            if let keys {
                let signature = SignatureV4(credentials: keys, region: region, service: "s3")
                request = signature.signed(request, contentDigest: digest, time: now())
            }
            let response: HTTPResponse
            do { response = try await transport.send(request, answerLimit: answerLimit, sent: sent) } catch {
                throw RemoteError(name, file: file, error)
            }
            if response.isSuccess, statuses.contains(response.status) { return response }
            let failure = S3Failure(response)
            // After HEAD nothing but the status tells a missing file from a missing bucket.
            if statuses.contains(response.status), failure.code != "NoSuchBucket" { return response }
            let canCorrect = attempt < S3Remote.maximumCorrections
            if canCorrect, let other = failure.region, other != region {
                self.region.remember(other)
            } else if canCorrect, let keys, failure.isExpiry {
                await chain.forget(keys)
            } else {
                let tried = await chain.attempts
                throw failure.error(name, file: file, response, tried: tried, isAnonymous: keys == nil)
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }
}

/// The region that a bucket turned out to be in.
private final class RegionMemory: Sendable {
    private let region: Mutex<String?>

    init(_ region: String?) { self.region = Mutex(region) }

    var current: String? { region.withLock { $0 } }

    func remember(_ name: String) { region.withLock { $0 = name } }
}
