package import SystemPackage
import Transport

/// A store whose files a web server hands out, whatever program that is; nothing is listed, written or deleted there.
package struct StaticRemote: Remote {
    /// How often a server may send a request elsewhere.
    private static let maximumRedirects = 3

    private let location: WebLocation
    private let transport: AuthenticatedTransport
    private let parts: PartialReads

    /// Creates a remote.
    init(_ location: WebLocation, over transport: AuthenticatedTransport) {
        self.location = location
        self.transport = transport
        parts = PartialReads(location.shown)
    }

    package var name: String { location.shown }

    package var isThisMachineOnly: Bool { false }

    package var isReadOnly: Bool { true }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        guard let range else { return try await response(file, RangedRead(range: nil)).bytes }
        return try await parts.read(range, of: file) { part async throws(RemoteError) in try await response(file, part)
        }
    }

    private func response(_ file: String, _ part: RangedRead) async throws(RemoteError) -> HTTPResponse {
        let response = try await send(.get, file, part)
        guard response.isSuccess || response.status == 416 else { throw failure(file, response) }
        return response
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        let response: HTTPResponse
        do throws(RemoteError) {
            response = try await send(.head, file, RangedRead(range: nil))
            guard response.isSuccess else { throw failure(file, response) }
        } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
        guard let size = response.fields["Content-Length"].flatMap({ Int64($0) }) else {
            throw .wrongContent(name, file: file, problem: "the server does not say how long it is")
        }
        return size
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        throw .unlisted(name, directory: directory)
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        throw .readOnly(name, file: file)
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        throw .readOnly(name, file: file)
    }

    package func delete(_ file: String) async throws(RemoteError) { throw .readOnly(name, file: file) }

    private func failure(_ file: String, _ response: HTTPResponse) -> RemoteError {
        guard (300..<400).contains(response.status) else {
            return RemoteError(name, file: file, response, detail: "")
        }
        // A moved directory, mostly, or a page to sign in.
        let target = (response.fields["Location"] ?? "nowhere").prefix { $0 != "?" }
        return .refused(name, file: file, reason: "the server sends to \(target), which is not followed")
    }

    /// Makes a request, and again where the server says that the file is elsewhere on the same host.
    private func send(
        _ method: HTTPRequest.Method,
        _ file: String,
        _ part: RangedRead
    ) async throws(RemoteError) -> HTTPResponse {
        var request = HTTPRequest(method, location.url(of: file))
        part.apply(to: &request)
        for redirects in 0... {
            let response = try await transport.send(
                request,
                to: location.place(behind: request.url),
                about: file,
                answerLimit: part.answerLimit
            )
            guard [301, 302, 303, 307, 308].contains(response.status), redirects < StaticRemote.maximumRedirects,
                let target = WebRedirect.target(of: response, from: request.url)
            else { return response }
            // As servers do with directories.
            if target.prefix(while: { $0 != "?" }).hasSuffix("/") { throw .notFound(name, file: file) }
            request.url = target
        }
        preconditionFailure("the loop ends by returning or throwing")
    }
}
