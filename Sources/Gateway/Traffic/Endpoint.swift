/// What a path is counted as: clients may ask for any path, and each would be a series of its own.
package enum Endpoint {
    /// What all paths are counted as that nothing is known of.
    package static let other = "other"

    private static let known: Set<String> = [
        "/invocations", "/ping", "/health", "/version", "/v2", "/v2/health/live", "/v2/health/ready",
        "/v1/models", "/v1/completions", "/v1/chat/completions", "/v1/embeddings", "/v1/responses", "/completion",
        "/generate", "/generate_stream", "/predict",
    ]
    private static let infer = "/v2/models/{model}/infer"
    private static let model = "/v2/models/{model}"

    /// Returns what a request's path, with or without a query, is counted as; `own` is where the release's samples go
    /// to.
    package static func name(of uri: String, own: String) -> String {
        let path = uri.utf8.firstIndex(of: UInt8(ascii: "?")).map { uri[..<$0] } ?? uri[...]
        if path == own { return own }
        if let position = known.firstIndex(of: String(path)) { return known[position] }
        if path.hasPrefix("/v2/models/") {
            if path.hasSuffix("/infer") { return infer }
            return path.hasSuffix("/ready") ? model + "/ready" : model
        }
        if path.hasPrefix("/v1/models/") {
            return path.hasSuffix(":predict") ? "/v1/models/{model}:predict" : "/v1/models/{model}"
        }
        return other
    }
}
