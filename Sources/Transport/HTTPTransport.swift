import AsyncHTTPClient
import ModelCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
package import SystemIO
package import SystemPackage

/// Makes requests by HTTP/1.1, over TLS where the URL says so; redirects are answers like others.
///
/// Any number of requests may run at once; each gets its own connection, which later ones to the same host use again. A
/// request that moves under 1 KiB a second for 30 seconds ends as stalled; a server may take longer to answer only what
/// it was sent.
package final class HTTPTransport: Sendable {
    /// How many bytes an answer may have that is not asked for by length.
    package static let answerLimit = 64 << 20
    private static let connectionsPerHost = 64
    /// How many bytes of an answer that goes into a file are kept in memory.
    private static let appendedByteCount = 4 << 20

    private let settings: TransportSettings
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let limit: RateLimit?
    private let clients = Mutex<[ProxyAddress?: HTTPClient]>([:])

    /// Creates a transport; nothing is connected before a request is made.
    package init(_ settings: TransportSettings, pool: WorkerPool, cancellation: Cancellation) {
        self.settings = settings
        self.pool = pool
        self.cancellation = cancellation
        limit = settings.bytesPerSecond.map(RateLimit.init)
    }

    deinit {
        // The client keeps itself until its connections are closed.
        for client in clients.withLock({ $0.values }) { client.shutdown { _ in } }
    }

    /// Makes a request and returns the whole answer, whatever its status.
    ///
    /// An answer of more than `answerLimit` bytes is an error. `sent` is told of bytes of the body as they go. With
    /// `file`, the content of an answer that says that all is well is appended to that file, and is not in what is
    /// returned; one that is not the range that was asked for, but everything, is an error before anything is appended.
    package func send(
        _ request: HTTPRequest,
        answerLimit: Int = HTTPTransport.answerLimit,
        into file: FilePath? = nil,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(TransportError) -> HTTPResponse {
        if cancellation.isCancelled { throw .cancelled }
        let meter = TransferMeter()
        let watch = StallWatch(meter: meter, cancellation: cancellation, window: settings.stallWindow)
        do {
            let client = try client(for: request)
            return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await self.perform(request, by: client, meter, answerLimit, file, sent) }
                group.addTask {
                    try await watch.run()
                    return nil
                }
                while let result = try await group.next() {
                    if let result { return result }
                }
                throw TransportError.cancelled
            }
        } catch { throw HTTPTransport.diagnosed(error) }
    }

    private func perform(
        _ request: HTTPRequest,
        by client: HTTPClient,
        _ meter: TransferMeter,
        _ answerLimit: Int,
        _ file: FilePath?,
        _ sent: @escaping @Sendable (Int) -> Void
    ) async throws -> HTTPResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = HTTPHeaders(request.fields.all.map { ($0.name, $0.value) })
        if request.body.byteCount > 0 {
            let body = PieceBody(pieces: request.body.pieces, pool: pool, meter: meter, limit: limit, sent: sent)
            outgoing.body = .stream(body, length: .known(request.body.byteCount))
        } else if [.put, .post, .patch].contains(request.method) {
            outgoing.headers.replaceOrAdd(name: "Content-Length", value: "0")
            meter.setServersTurn(true)
        }
        let response = try await client.execute(outgoing, deadline: .distantFuture)
        meter.setServersTurn(false)
        if file != nil, request.fields["Range"] != nil, response.status == .ok { throw TransportError.everything }
        let expected = request.method == .head ? 0 : response.headers.first(name: "Content-Length").flatMap { Int($0) }
        if let expected, expected > answerLimit { throw TransportError.tooLong(limit: answerLimit) }
        let file = (200..<300).contains(response.status.code) ? file : nil
        var bytes: [UInt8] = []
        if let expected { bytes.reserveCapacity(min(expected, HTTPTransport.answerLimit)) }
        var count = 0
        for try await piece in response.body {
            count += piece.readableBytes
            guard count <= answerLimit else { throw TransportError.tooLong(limit: answerLimit) }
            piece.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
            meter.add(piece.readableBytes)
            if let file, bytes.count >= HTTPTransport.appendedByteCount { try await append(&bytes, to: file) }
            try await meter.wait(for: piece.readableBytes, by: limit)
        }
        if let file { try await append(&bytes, to: file) }
        return HTTPResponse(
            status: Int(response.status.code),
            fields: HTTPFields(response.headers.map { ($0.name, $0.value) }),
            bytes: bytes
        )
    }

    /// Moves bytes to the end of a file, on a thread that may block.
    private func append(_ bytes: inout [UInt8], to file: FilePath) async throws {
        let piece = bytes
        bytes.removeAll(keepingCapacity: true)
        try await pool.run { try DurableFile.append(piece, to: file) }
    }

    /// Returns the client for a request, which has the proxy that its host needs.
    private func client(for request: HTTPRequest) throws(TransportError) -> HTTPClient {
        let proxy = try proxy(for: request)
        do {
            return try clients.withLock { clients in
                if let client = clients[proxy] { return client }
                let client = HTTPClient(
                    eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup),
                    configuration: try configuration(proxy)
                )
                clients[proxy] = client
                return client
            }
        } catch { throw HTTPTransport.diagnosed(error) }
    }

    private func proxy(for request: HTTPRequest) throws(TransportError) -> ProxyAddress? {
        if HTTPAddress.isOfSocket(request.url) { return nil }
        guard let address = HTTPAddress(request.url) else { throw .invalid("\(request.url) is no URL of a web server") }
        return try settings.proxy(isSecure: address.isSecure, host: address.host, configured: request.proxy)
    }

    private func configuration(_ proxy: ProxyAddress?) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout = .init(connect: .nanoseconds(Int64(settings.connectLimit / .nanoseconds(1))))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = HTTPTransport.connectionsPerHost
        // Whoever asks decides whether to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let certificates = settings.certificates {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificates.string))
            configuration.tlsConfiguration = tls
        }
        if let proxy {
            configuration.proxy = .server(
                host: proxy.host,
                port: proxy.port,
                authorization: proxy.credentials.map { .basic(credentials: $0.base64) }
            )
        }
        return configuration
    }
}

extension HTTPTransport {
    /// Returns what an error of the libraries below means.
    private static func diagnosed(_ error: any Error) -> TransportError {
        switch error {
        case let error as TransportError: return error
        case let error as SystemIO.IOError: return .file(error)
        case is CancellationError: return .cancelled
        case let error as NIOConnectionError: return .unreachable(cause(of: error))
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return .insecure(problem(of: error))
        case let error as HTTPClientError: return diagnosed(error)
        case is HTTPParserError: return .interrupted("what the server sends is no HTTP")
        case let error as NIOCore.IOError: return .interrupted(String(cString: strerror(error.errnoCode)))
        default: return .interrupted("\(error)")
        }
    }

    /// Says in words what is wrong with a connection, where the library only names its own source.
    private static func problem(of error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the server's certificate is out of date, or of nobody whom this machine trusts; "
                + "SSL_CERT_FILE names a file of those to trust"
        }
        if text.contains("failedToValidateHostname") { return "the server's certificate is another host's" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS at that port" }
        return text
    }

    private static func diagnosed(_ error: HTTPClientError) -> TransportError {
        switch error {
        case .connectTimeout: .unreachable("no connection came about in time")
        case .cancelled: .cancelled
        case .invalidURL, .emptyHost, .emptyScheme: .invalid("\(error)")
        case .remoteConnectionClosed: .interrupted("the server ended the connection")
        case .tlsHandshakeTimeout: .unreachable("the TLS handshake took too long")
        case .proxyAuthenticationRequired: .invalid("the proxy wants a name and a password")
        default: .interrupted(error.shortDescription)
        }
    }

    private static func cause(of error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.first {
            if let system = failure.error as? NIOCore.IOError {
                return "\(error.host):\(error.port): \(String(cString: strerror(system.errnoCode)))"
            }
            return "\(error.host):\(error.port): \(failure.error)"
        }
        return "the host \(error.host) has no address"
    }
}
