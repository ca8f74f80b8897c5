package import Transport

/// Why a Prometheus server said nothing.
package enum PrometheusError: Error, Sendable {
    /// The text is no address of one.
    case address(String)
    /// It could not be asked.
    case transport(TransportError)
    /// It answered with this status, and why that is no answer.
    case answer(Int, String)
}

extension PrometheusError: CustomStringConvertible {
    /// One clause that says what happened.
    package var description: String {
        switch self {
        case .address(let text): "\(text) is no address of a Prometheus server, such as http://127.0.0.1:9090"
        case .transport(let error): "\(error)"
        case .answer(let status, let problem): "it answered \(status): \(problem)"
        }
    }
}
