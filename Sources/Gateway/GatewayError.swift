import NIOCore
package import SystemPackage

/// Why a gateway cannot start, or cannot do what it was asked.
package enum GatewayError: Error, Sendable, Equatable {
    /// The configuration cannot be used: what is wrong with it.
    case configuration(String)
    /// The host is not loopback, and there is no token, or one that is too short.
    case token(host: String)
    /// Another gateway serves the directory.
    case running(FilePath)
    /// A file of a release cannot be read or makes no sense: which, and why.
    case release(String, problem: String)
    /// Nothing says which release to serve: the link that is missing.
    case noRelease(FilePath)
    /// It cannot listen there: the address, and why.
    case listen(String, problem: String)
    /// A release did not pass its trial.
    case trial(String, found: String)
    /// An order makes no sense at the moment.
    case refused(String)
}

extension GatewayError {
    /// Says why it cannot listen; of what the system answered, its own words.
    static func listen(_ address: String, _ error: any Error) -> GatewayError {
        let reason = (error as? NIOCore.IOError).map { "\(Errno(rawValue: $0.errnoCode))" }
        return .listen(address, problem: reason ?? "\(error)")
    }
}

extension GatewayError: CustomStringConvertible {
    /// One clause that names the object and the problem.
    package var description: String {
        switch self {
        case .configuration(let problem): "the configuration cannot be used: \(problem)"
        case .token(let host):
            "\(host) is not a loopback address: set GIT_MODEL_GATEWAY_TOKEN to a token of at least "
                + "\(BearerToken.minimum) bytes"
        case .running(let root): "another gateway serves \(root)"
        case .release(let release, let problem): "cannot serve \(release): \(problem)"
        case .noRelease(let link): "\(link) does not say which release to serve"
        case .listen(let address, let problem): "cannot listen at \(address): \(problem)"
        case .trial(let release, let found): "\(release) did not pass its trial: \(found)"
        case .refused(let problem): problem
        }
    }
}
