package import SystemIO

/// Why a request got no answer.
package enum TransportError: Error, Sendable {
    /// The host has no address, or nothing listens there; another attempt may do better.
    case unreachable(String)
    /// The connection broke, or the server ended it in the middle.
    case interrupted(String)
    /// Fewer bytes went than any network that works would move: the bytes in so many seconds.
    case stalled(byteCount: Int64, seconds: Int)
    /// The server's certificate, or its version of TLS, is not acceptable; trying again is no use.
    case insecure(String)
    /// The answer is longer than what was asked for, by at least the limit in bytes.
    case tooLong(limit: Int)
    /// The server knows no ranges: it gives everything where the rest of a file was asked for.
    case everything
    /// The request cannot be made: its URL is none, for one.
    case invalid(String)
    /// The file that was to be sent cannot be read.
    case file(IOError)
    /// The file that was to be sent got shorter meanwhile.
    case fileChanged(String)
    /// The user stopped the work.
    case cancelled

    /// Whether another attempt may succeed.
    package var isTransient: Bool {
        switch self {
        case .unreachable, .interrupted, .stalled: true
        case .insecure, .tooLong, .everything, .invalid, .file, .fileChanged, .cancelled: false
        }
    }
}

extension TransportError: CustomStringConvertible {
    /// One clause that says what happened.
    package var description: String {
        switch self {
        case .unreachable(let cause): cause
        case .interrupted(let cause): cause
        case .stalled(let byteCount, let seconds): "only \(byteCount) bytes went in \(seconds) seconds"
        case .insecure(let cause): "no secure connection: \(cause)"
        case .tooLong(let limit): "the answer is longer than \(limit) bytes"
        case .everything: "the server gives everything where a part was asked for"
        case .invalid(let cause): cause
        case .file(let error): "\(error)"
        case .fileChanged(let path): "\(path) changed while it was sent"
        case .cancelled: "interrupted"
        }
    }
}
