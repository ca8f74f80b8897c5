import Transport

/// The requests of one remote by HTTP, with a login where a server wants one.
///
/// A request goes without a login first, and again with one of the user's `.netrc`, then with those of Git's credential
/// helpers.
actor AuthenticatedTransport {
    /// How many logins the helpers are asked for.
    private static let maximumQuestions = 3

    /// A login, and whether the helpers have it.
    private struct Candidate: Equatable {
        let login: WebLogin
        let isHelpers: Bool
    }

    /// What is known of the logins of one server.
    private struct Search {
        /// What was accepted, or is being tried.
        var current: Candidate?
        var accepted: Candidate?
        var refused: [WebLogin] = []
        var attempts: [CredentialAttempt] = []
        var hasReadNetrc = false
        var questions = 0
        /// Whether nobody has another login.
        var isOver = false
        var running: Task<Void, Never>?
    }

    private let remote: String
    private let transport: HTTPTransport
    private let netrc: NetrcFile
    private let helper: (any CredentialHelper)?
    private let loginURL: @Sendable (_ place: String) async -> String?
    private let proxy: @Sendable (_ origin: String) async -> String?
    /// The proxies of servers that were asked for, by their origins.
    private var proxies: [String: String?] = [:]
    /// By the origins of servers.
    private var searches: [String: Search] = [:]

    /// Creates a transport of a remote; `loginURL` returns the URL whose login may be sent to a server at another,
    /// which may name the user, or `nil` where none may; `proxy` returns the proxy of a server in place of the
    /// environment's, as in `HTTPRequest`.
    init(
        _ remote: String,
        over transport: HTTPTransport,
        netrc: NetrcFile,
        helper: (any CredentialHelper)?,
        loginURL: @escaping @Sendable (_ place: String) async -> String?,
        proxy: @escaping @Sendable (_ origin: String) async -> String? = { _ in nil }
    ) {
        self.remote = remote
        self.transport = transport
        self.netrc = netrc
        self.helper = helper
        self.loginURL = loginURL
        self.proxy = proxy
    }

    /// Makes a request to the server at `place`, a URL of the request's origin, with a login where it wants one; that
    /// it accepts none is an error about `file`.
    func send(
        _ request: HTTPRequest,
        to place: String,
        about file: String,
        answerLimit: Int = HTTPTransport.answerLimit,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(RemoteError) -> HTTPResponse {
        guard let server = HTTPAddress(place) else {
            throw .unusableURL(remote, reason: "\(place) is no http: or https: URL")
        }
        while true {
            let candidate = searches[server.origin]?.current
            var request = request
            if let candidate { request.fields["Authorization"] = candidate.login.authorization }
            let response = try await send(request, about: file, answerLimit: answerLimit, sent: sent)
            guard response.status == 401 else {
                if response.isSuccess, let candidate { await accept(candidate, server) }
                return response
            }
            if let candidate { await refuse(candidate, server) }
            guard await hasNext(for: place, server) else {
                throw .denied(
                    remote,
                    file: file,
                    reason: "the server at \(server.origin) wants a login",
                    tried: searches[server.origin]?.attempts ?? []
                )
            }
        }
    }

    /// Makes a request as it is, about `file` if about one.
    func send(
        _ request: HTTPRequest,
        about file: String? = nil,
        answerLimit: Int = HTTPTransport.answerLimit,
        sent: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(RemoteError) -> HTTPResponse {
        guard let origin = HTTPAddress(request.url)?.origin else {
            // Where a server sends its clients to, it must not reach sockets of this machine.
            let reason = "the server names a URL that is neither http: nor https:, or has a user's name in it"
            throw .refused(remote, file: file ?? "a request", reason: reason)
        }
        var request = request
        request.proxy = await configuredProxy(origin)
        do { return try await transport.send(request, answerLimit: answerLimit, sent: sent) } catch {
            throw RemoteError(remote, file: file, error)
        }
    }

    private func configuredProxy(_ origin: String) async -> String? {
        if let known = proxies[origin] { return known }
        let found = await proxy(origin)
        proxies[origin] = .some(found)
        return found
    }

    private func accept(_ candidate: Candidate, _ server: HTTPAddress) async {
        guard searches[server.origin]?.accepted != candidate else { return }
        searches[server.origin]?.accepted = candidate
        if candidate.isHelpers { await helper?.note(candidate.login, isAccepted: true) }
    }

    private func refuse(_ candidate: Candidate, _ server: HTTPAddress) async {
        guard var search = searches[server.origin], search.current == candidate else { return }
        search.current = nil
        search.refused.append(candidate.login)
        let source = candidate.isHelpers ? "git credential" : netrc.name
        search.attempts.append(
            CredentialAttempt(source, "the server does not accept the login of \(candidate.login.username)")
        )
        searches[server.origin] = search
        if candidate.isHelpers { await helper?.note(candidate.login, isAccepted: false) }
    }

    /// Returns whether there is a login to try; of requests at once, one looks for it.
    private func hasNext(for place: String, _ server: HTTPAddress) async -> Bool {
        while let running = searches[server.origin]?.running { await running.value }
        if let search = searches[server.origin], search.current != nil || search.isOver { return search.current != nil }
        let task = Task { await self.find(place, server) }
        searches[server.origin, default: Search()].running = task
        await task.value
        return searches[server.origin]?.current != nil
    }

    private func find(_ place: String, _ server: HTTPAddress) async {
        var search = searches[server.origin] ?? Search()
        if let url = await loginURL(place) {
            search.current = await next(of: &search, for: url, place, server)
        } else {
            search.attempts.append(
                CredentialAttempt("no login", "nobody on this machine agreed that \(server.origin) gets one")
            )
        }
        search.isOver = search.current == nil
        search.running = nil
        searches[server.origin] = search
    }

    private func next(of search: inout Search, for url: String, _ place: String, _ server: HTTPAddress) async
        -> Candidate?
    {
        let user = URLUser(of: url)
        if !search.hasReadNetrc, user?.hasPassword != true {
            search.hasReadNetrc = true
            switch netrc.find(server.host, user: user?.name) {
            case .login(let name, let password):
                let login = WebLogin(url: place, username: name, password: password)
                return Candidate(login: login, isHelpers: false)
            case .none(let why): search.attempts.append(CredentialAttempt(netrc.name, why))
            }
        }
        guard search.questions < AuthenticatedTransport.maximumQuestions else { return nil }
        search.questions += 1
        guard let login = await helper?.login(for: url), !search.refused.contains(login) else {
            let none = search.questions > 1 ? "it has no other" : "it has no login for \(place)"
            search.attempts.append(CredentialAttempt("git credential", none))
            return nil
        }
        return Candidate(login: login, isHelpers: true)
    }
}
