import ModelCore
import SystemPackage
package import Transport

/// The requests to one registry, with a login where it wants one, which no other host ever gets.
package actor RegistrySession {
    private static let answerLimit = 8 << 20
    private static let redirectLimit = 5
    private static let redirects: Set<Int> = [301, 302, 303, 307, 308]

    /// The scheme and authority of the registry.
    nonisolated let origin: String
    /// What messages call the place.
    nonisolated let place: String
    nonisolated let backoff: Backoff
    private let transport: HTTPTransport
    private let scope: String
    private let login: @Sendable () async throws -> RegistryLogin?
    /// The value of `Authorization` that was accepted, or is being tried.
    private var authorization: String?
    private var renewal: Task<Result<String?, OCIError>, Never>?

    /// Creates a session; nothing is connected.
    ///
    /// `login` is asked once the registry wants one.
    package init(
        origin: String,
        place: String,
        scope: String,
        over transport: HTTPTransport,
        backoff: Backoff = Backoff(),
        login: @escaping @Sendable () async throws -> RegistryLogin?
    ) {
        self.origin = origin
        self.place = place
        self.scope = scope
        self.transport = transport
        self.backoff = backoff
        self.login = login
    }

    /// Makes a request that may be made twice, again after a pause where the registry is busy or the connection breaks.
    ///
    /// Statuses of errors but 404 are thrown, unless they are among `allowed`.
    func repeated(
        _ request: HTTPRequest,
        to operation: String,
        allowing allowed: Set<Int> = [404],
        answerLimit: Int = RegistrySession.answerLimit
    ) async throws(OCIError) -> HTTPResponse {
        var failures = 0
        while true {
            var wanted: Int?
            let result = await self.result(of: request, answerLimit: answerLimit) { _ in }
            let error: OCIError
            switch result {
            case .success(let response):
                if response.isSuccess || allowed.contains(response.status) { return response }
                error = refusal(response, operation)
                wanted = response.retryAfter
            case .failure(let found): error = found
            }
            failures += 1
            guard error.isTransient, failures < Backoff.attempts else { throw final(error, operation, failures) }
            try await backoff.pause(after: failures, wanted: wanted)
        }
    }

    /// Makes a request once, with a login where one is wanted, and follows where it is sent on to.
    ///
    /// With `file`, the content of an answer that says that all is well is appended to that file.
    func result(
        of request: HTTPRequest,
        answerLimit: Int = RegistrySession.answerLimit,
        into file: FilePath? = nil,
        sent: @escaping @Sendable (Int) -> Void
    ) async -> Result<HTTPResponse, OCIError> {
        var request = request
        var isRenewed = false
        var redirects = 0
        while true {
            let own = isOwn(request.url)
            let used = own ? authorization : nil
            request.fields["Authorization"] = used
            let response: HTTPResponse
            do {
                response = try await transport.send(request, answerLimit: answerLimit, into: file, sent: sent)
            } catch {
                return .failure(OCIError(error, at: place))
            }
            if response.status == 401, own, !isRenewed {
                isRenewed = true
                if case .failure(let error) = await renew(response, used) { return .failure(error) }
                continue
            }
            let isRead = request.method == .get || request.method == .head
            guard isRead, RegistrySession.redirects.contains(response.status),
                redirects < RegistrySession.redirectLimit,
                let next = response.fields["Location"].flatMap({ resolved($0, from: request.url) })
            else { return .success(response) }
            redirects += 1
            request.url = next
        }
    }

    /// The error that a request was refused.
    nonisolated func refusal(_ response: HTTPResponse, _ operation: String) -> OCIError {
        let message = RegistrySession.message(of: response)
        return [401, 403].contains(response.status)
            ? .denied(place: place, operation: operation, message: message)
            : .refused(place: place, operation: operation, status: response.status, message: message)
    }

    /// The error that is shown after so many attempts.
    nonisolated func final(_ error: OCIError, _ operation: String, _ failures: Int) -> OCIError {
        let suffix = failures > 1 ? ", also after \(failures) attempts" : ""
        switch error {
        case .transport(let cause) where cause.isTransient:
            return .unreachable(place: place, operation: operation, cause: "\(cause)\(suffix)")
        case .refused(let place, let operation, let status, let message) where error.isTransient && failures > 1:
            return .refused(place: place, operation: operation, status: status, message: message + suffix)
        default: return error
        }
    }

    /// Returns the URL that a `Location` means; `nil` for one that is none, or that leaves TLS.
    nonisolated func resolved(_ location: String, from url: String) -> String? {
        guard let base = HTTPAddress(url) else { return nil }
        let text: String
        if location.hasPrefix("//") {
            text = (base.isSecure ? "https:" : "http:") + location
        } else if location.hasPrefix("/") {
            text = base.origin + location
        } else {
            text = location
        }
        guard let next = HTTPAddress(text), next.isSecure || !base.isSecure else { return nil }
        return text
    }

    private nonisolated func isOwn(_ url: String) -> Bool { HTTPAddress(url)?.origin == origin }

    /// What a registry says went wrong, in one line of bounded length.
    private static func message(of response: HTTPResponse) -> String {
        let document = try? JSONValue(parsing: response.bytes)
        let errors = document?.object?["errors"]?.array ?? []
        let texts = errors.prefix(3).compactMap { error -> String? in
            guard let fields = error.object else { return nil }
            return [fields["code"]?.string, fields["message"]?.string].compactMap(\.self).joined(separator: ": ")
        }
        let text = texts.joined(separator: "; ").unicodeScalars.prefix(300).map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : String(scalar)
        }
        return text.joined()
    }
}

extension RegistrySession {
    /// Gets what the registry wants; requests at once share it.
    private func renew(_ response: HTTPResponse, _ used: String?) async -> Result<Void, OCIError> {
        if used != authorization { return .success(()) }
        if let renewal { return await renewal.value.map { _ in } }
        let challenge = response.fields["WWW-Authenticate"].flatMap { RegistryChallenge(parsing: $0) }
        let task = Task {
            let result = await self.answer(to: challenge, used)
            // Here, before anybody who waits goes on.
            if case .success(let value) = result { self.authorization = value }
            self.renewal = nil
            return result
        }
        renewal = task
        return await task.value.map { _ in }
    }

    private func answer(to challenge: RegistryChallenge?, _ used: String?) async -> Result<String?, OCIError> {
        func denied(_ why: String) -> Result<String?, OCIError> {
            .failure(.denied(place: place, operation: "use it", message: why))
        }
        let login: RegistryLogin?
        do { login = try await self.login() } catch {
            return error is CancellationError ? .failure(.cancelled) : denied("\(error)")
        }
        switch challenge {
        case nil: return denied("it wants a login of a kind that is not known")
        case .basic:
            guard let basic = login?.basic else { return denied("it wants a name and a password") }
            return basic == used ? denied("it does not accept the name and the password") : .success(basic)
        case .bearer(let realm, let service):
            guard let address = HTTPAddress(realm), address.isSecure || origin.hasPrefix("http://") else {
                return denied("its tokens come from \(QuotedPath.encode(realm)), which is not reached by TLS")
            }
            return await token(from: realm, service: service, login)
        }
    }

    private func token(from realm: String, service: String?, _ login: RegistryLogin?) async -> Result<String?, OCIError>
    {
        var words = [("scope", scope)]
        if let service { words.append(("service", service)) }
        var request: HTTPRequest
        if case .identityToken(let token) = login {
            words += [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "git-model")]
            request = HTTPRequest(.post, realm, body: .bytes(Array(RegistrySession.form(words).utf8)))
            request.fields["Content-Type"] = "application/x-www-form-urlencoded"
        } else {
            request = HTTPRequest(.get, realm + (realm.contains("?") ? "&" : "?") + RegistrySession.form(words))
            request.fields["Authorization"] = login?.basic
        }
        let response: HTTPResponse
        do { response = try await transport.send(request, answerLimit: 1 << 20) } catch {
            return .failure(OCIError(error, at: place))
        }
        let fields = (try? JSONValue(parsing: response.bytes))?.object
        guard response.isSuccess, let token = (fields?["token"] ?? fields?["access_token"])?.string,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            let why = login == nil ? "it gives nobody a token without a login" : "it does not accept the login"
            return .failure(.denied(place: place, operation: "use it", message: why))
        }
        return .success("Bearer \(token)")
    }

    private static func form(_ words: [(String, String)]) -> String {
        words.map { "\($0)=\(PercentEncoding.encoded($1))" }.joined(separator: "&")
    }
}
