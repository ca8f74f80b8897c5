/// What a gateway is started with: a JSON file, whose path is its only argument.
///
/// Secrets are not in it: the token that callers need is in the variable `GIT_MODEL_GATEWAY_TOKEN`.
package struct GatewayConfiguration: Sendable, Hashable, Codable {
    /// The version of this format.
    package static let schema = 1

    /// The version of the format that it was written in.
    package var schema = GatewayConfiguration.schema
    /// The host to listen at; anything but loopback needs a token.
    package var host = "127.0.0.1"
    /// The port to listen at; 0 is any that is free.
    package var port = 8080
    /// The target's directory, as `TargetLayout` has it; releases that it is told of are in it.
    package var root: String
    /// The release that is served from the start; `nil` for the current one.
    package var release: ReleaseID?
    /// How many seconds a release has until it is ready.
    package var startTimeout = 60
    /// How many seconds a request may take in all.
    package var requestTimeout = 60
    /// How many seconds a client may take to send a request's head, and may keep a connection without one.
    package var idleTimeout = 60
    /// How many seconds requests that are under way have to end when their release is left.
    package var drainTimeout = 30
    /// The most bytes of a request's body.
    package var bodyLimit = 64 << 20
    /// How many requests are worked on at once; as many more wait, and those beyond get 503.
    package var concurrency = 256
    /// The most clients that are connected at once.
    package var connectionLimit = 10_000
    /// Where a line of JSON goes for every request; `nil` for nowhere.
    package var requestLog: String?
    /// Whether these lines have the payloads.
    package var logsPayloads = false
    /// The header field by whose value a caller stays with one release during a canary that names none itself.
    package var stickyField = "x-request-key"
    /// Where the features are in a request, as a JSON path; `nil` for where MLflow's and the v2 protocol have them.
    package var features: String?
    /// Where the predictions are in an answer, as a JSON path; `nil` for where MLflow's and the v2 protocol have them.
    package var predictions: String?

    /// Whether others than this machine reach it, so that callers have to show a token.
    package var needsToken: Bool { !["127.0.0.1", "::1", "localhost"].contains(host) }

    /// Creates the configuration of a gateway in a target's directory.
    package init(root: String) { self.root = root }
}
