import ModelCore
import SystemIO
import SystemPackage
import Transport

/// A tracking server of MLflow, by its REST interface.
///
/// Source: mlflow/protos/service.proto, model_registry.proto and mlflow_artifacts.proto of MLflow 3.
struct MLflowServer: Sendable {
    private static let prefix = "/api/2.0/mlflow/"
    private static let artifactPrefix = "/api/2.0/mlflow-artifacts/artifacts/"
    /// What MLflow's own client tries again (mlflow/utils/request_utils.py).
    private static let passingStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]
    private static let attempts = 4

    /// The address, without a slash at its end.
    let url: String
    private let transport: HTTPTransport
    private let login: MLflowLogin

    /// Creates a client of the server at a URL, with the logins that MLflow's own client would use; nothing is
    /// contacted.
    init(_ text: String, in context: Context, pool: WorkerPool) throws {
        guard let address = HTTPAddress(text), !text.contains("?"), !text.contains("#") else {
            throw Failure(
                .usage,
                "\(QuotedPath.encode(text)) is no address of an MLflow server",
                hints: ["it looks like http://127.0.0.1:5000"]
            )
        }
        url = text.hasSuffix("/") ? String(text.dropLast()) : text
        let settings = try TransportSettings(environment: context.environment)
        transport = HTTPTransport(settings, pool: pool, cancellation: context.cancellation)
        login = try MLflowLogin(for: address, in: context)
    }

    /// Asks for something; names and values of the query are encoded.
    func get(_ path: String, _ query: [(String, String)] = []) async throws -> [String: JSONValue] {
        let words = query.map { "\(PercentEncoding.encoded($0))=\(PercentEncoding.encoded($1))" }
        let question = words.isEmpty ? "" : "?" + words.joined(separator: "&")
        return try await object(HTTPRequest(.get, url + MLflowServer.prefix + path + question), isRepeatable: true)
    }

    /// Returns the path and query of a request for a path below the server's artifact root: a file's bytes, or with
    /// `listing` what is in a directory.
    static func artifactAddress(_ path: String, listing: Bool = false) -> String {
        listing
            ? artifactPrefix.dropLast() + "?path=" + PercentEncoding.encoded(path)
            : artifactPrefix + PercentEncoding.encoded(path, keeping: "/")
    }

    /// Asks for something by its whole path and query.
    func get(at address: String) async throws -> [String: JSONValue] {
        try await object(HTTPRequest(.get, url + address), isRepeatable: true)
    }

    /// Gets a file's bytes, which are put into a new file; more than `byteCount` of them are an error.
    func fetch(
        _ address: String,
        to file: FilePath,
        byteCount: Int64,
        received: @escaping @Sendable (Int) -> Void
    ) async throws {
        for attempt in 1...MLflowServer.attempts {
            try DurableFile.remove(file)
            try DurableFile.append([], to: file)
            var request = HTTPRequest(.get, url + address)
            if let authorization = login.authorization { request.fields["Authorization"] = authorization }
            let response: HTTPResponse
            do {
                response = try await transport.send(request, answerLimit: Int(byteCount), into: file)
            } catch { throw MLflowError(url: url, status: nil, code: "", message: "\(error)") }
            if response.isSuccess { return received(Int(byteCount)) }
            guard MLflowServer.passingStatuses.contains(response.status), attempt < MLflowServer.attempts else {
                throw failure(response)
            }
            try await Task.sleep(for: .milliseconds(250 << attempt))
        }
    }

    /// Makes or changes something; `isRepeatable` says that twice is as good as once.
    @discardableResult
    func send(
        _ path: String,
        _ body: [String: JSONValue],
        isRepeatable: Bool = false
    ) async throws -> [String: JSONValue] {
        var request = HTTPRequest(.post, url + MLflowServer.prefix + path, body: .bytes(JSONValue.object(body).line))
        request.fields["Content-Type"] = "application/json"
        return try await object(request, isRepeatable: isRepeatable)
    }

    /// Deletes something; that it is gone already is no error.
    func delete(_ path: String, _ body: [String: JSONValue]) async throws {
        var request = HTTPRequest(
            .delete,
            url + MLflowServer.prefix + path,
            body: .bytes(JSONValue.object(body).line)
        )
        request.fields["Content-Type"] = "application/json"
        do { _ = try await answer(to: request, isRepeatable: true) } catch let error as MLflowError {
            guard error.isAbsent else { throw error }
        }
    }

    /// Puts a file where the server keeps artifacts, at a path below its root.
    func put(_ file: FilePath, byteCount: Int64, at path: String, sent: @escaping @Sendable (Int) -> Void) async throws
    {
        let place = url + MLflowServer.artifactPrefix + PercentEncoding.encoded(path, keeping: "/")
        var request = HTTPRequest(.put, place, body: .file(file, byteCount: byteCount))
        request.fields["Content-Type"] = "application/octet-stream"
        _ = try await answer(to: request, isRepeatable: true, sent: sent)
    }

    private func object(_ request: HTTPRequest, isRepeatable: Bool) async throws -> [String: JSONValue] {
        let response = try await answer(to: request, isRepeatable: isRepeatable)
        guard let object = try? JSONValue(parsing: response.bytes).object else {
            throw MLflowError(url: url, status: response.status, code: "", message: "the answer is no JSON object")
        }
        return object
    }

    private func answer(
        to request: HTTPRequest,
        isRepeatable: Bool,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> HTTPResponse {
        var request = request
        if let authorization = login.authorization { request.fields["Authorization"] = authorization }
        var attempt = 1
        while true {
            let response: HTTPResponse
            do { response = try await transport.send(request, sent: sent) } catch {
                throw MLflowError(url: url, status: nil, code: "", message: "\(error)")
            }
            if response.isSuccess { return response }
            let isPassing = MLflowServer.passingStatuses.contains(response.status)
            guard isPassing, isRepeatable, attempt < MLflowServer.attempts else {
                throw failure(response)
            }
            try await Task.sleep(for: .milliseconds(250 << attempt))
            attempt += 1
        }
    }

    private func failure(_ response: HTTPResponse) -> MLflowError {
        let error = MLflowError(of: response, from: url)
        guard response.status == 401, let withheld = login.withheld else { return error }
        return MLflowError(url: url, status: 401, code: error.code, message: "\(error.message) (\(withheld))")
    }
}
