import Codec
import FoundationEssentials
import ModelCore
import Registry
import SystemIO
import Transport

/// Tells a URL what a monitor found, as JSON.
struct MonitorWebhook: Sendable {
    /// The header field with the HMAC-SHA256 of the body, as `sha256=` and hexadecimal digits.
    static let signatureField = "X-Git-Model-Signature"
    /// The variable with the key of that.
    static let secretVariable = "GIT_MODEL_WEBHOOK_SECRET"

    let workspace: Workspace

    /// Posts a report; throws unless the user agreed to the URL and the server took it.
    func post(_ report: MonitorReport, to url: String) async throws {
        let context = workspace.context
        guard try context.agrees(to: url, from: workspace.root) else {
            throw Failure(
                .failed,
                "nobody on this machine agreed to \(QuotedPath.encode(url))",
                hints: ["agree to it: `\(Trust.line(url))`"]
            )
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(report))
        var request = HTTPRequest(.post, url, body: .bytes(body))
        request.fields["Content-Type"] = "application/json"
        request.fields["User-Agent"] = "git-model"
        if let secret = context.environment[MonitorWebhook.secretVariable], !secret.isEmpty {
            let code = HMACSHA256.code(of: body, key: Array(secret.utf8))
            request.fields[MonitorWebhook.signatureField] = "sha256=\(code.hex)"
        }
        let transport = HTTPTransport(
            try TransportSettings(environment: context.environment),
            pool: workspace.pool,
            cancellation: context.cancellation
        )
        let response = try await transport.send(request, answerLimit: 1 << 20)
        guard response.isSuccess else { throw Failure(.failed, "the server answered \(response.status)") }
    }
}
