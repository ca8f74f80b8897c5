package import ModelCore
package import SystemIO
package import Transport

/// Why images could not be made, read or sent.
package enum OCIError: Error, Sendable {
    /// The registry answered with an error: the place, what was asked of it, its status, and what it said.
    case refused(place: String, operation: String, status: Int, message: String)
    /// The registry wants a login, or does not accept the one it got.
    case denied(place: String, operation: String, message: String)
    /// The registry cannot be reached, or the connection broke, also after several attempts.
    case unreachable(place: String, operation: String, cause: String)
    /// The place has no such manifest or content.
    case missing(place: String, what: String)
    /// What came, or what the place says it has, has another digest than it should.
    case wrongDigest(place: String, what: String, expected: Digest, found: String)
    /// What the place has is no manifest, configuration or answer of the kind that was expected.
    case malformed(place: String, what: String)
    /// The release cannot be an image as it is.
    case unsuitable(String)
    /// A file or directory of this machine.
    case io(IOError)
    /// A request could not be made.
    case transport(TransportError)
    /// The user stopped the work.
    case cancelled

    /// Takes an error of the modules below, about a place.
    package init(_ error: any Error, at place: String) {
        switch error {
        case let error as OCIError: self = error
        case let error as IOError: self = .io(error)
        case let error as TransportError: self = error.isCancelled ? .cancelled : .transport(error)
        case let error as FormatError: self = .malformed(place: place, what: "\(error)")
        case is CancellationError: self = .cancelled
        default: self = .malformed(place: place, what: "\(error)")
        }
    }

    /// Whether another attempt may succeed: of a dropped connection and of a server that is busy.
    var isTransient: Bool {
        switch self {
        case .refused(_, _, let status, _): status == 429 || status == 408 || status >= 500
        case .transport(let error): error.isTransient
        default: false
        }
    }
}

extension TransportError {
    fileprivate var isCancelled: Bool { if case .cancelled = self { true } else { false } }
}

extension OCIError: CustomStringConvertible {
    /// One clause that names the place and what was being done.
    package var description: String {
        switch self {
        case .refused(let place, let operation, let status, let message):
            "\(place) does not \(operation): status \(status)" + (message.isEmpty ? "" : ", \(message)")
        case .denied(let place, let operation, let message):
            "\(place) does not let this user \(operation)" + (message.isEmpty ? "" : ": \(message)")
        case .unreachable(let place, let operation, let cause): "\(place) cannot be reached to \(operation): \(cause)"
        case .missing(let place, let what): "\(place) has no \(what)"
        case .wrongDigest(let place, let what, let expected, let found):
            "\(place) has another \(what): its digest is \(found), not \(expected)"
        case .malformed(let place, let what): "\(place): \(what)"
        case .unsuitable(let what): what
        case .io(let error): "\(error)"
        case .transport(let error): "\(error)"
        case .cancelled: "interrupted"
        }
    }
}
