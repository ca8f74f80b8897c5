package import SystemPackage

/// A request by HTTP/1.1.
package struct HTTPRequest: Sendable {
    /// What the request does (RFC 9110, section 9.3).
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What the request carries.
    package enum Body: Sendable {
        /// Nothing.
        case none
        /// Bytes in memory.
        case bytes([UInt8])
        /// A file of this machine, of which so many bytes are sent.
        case file(FilePath, byteCount: Int64)
        /// Pieces, one behind the other.
        case pieces([Piece])

        /// The length in bytes.
        package var byteCount: Int64 { pieces.reduce(0) { $0 + $1.byteCount } }

        /// What it consists of.
        var pieces: [Piece] {
            switch self {
            case .none: []
            case .bytes(let bytes): [.bytes(bytes)]
            case .file(let path, let byteCount): [.file(path, 0..<byteCount)]
            case .pieces(let pieces): pieces
            }
        }
    }

    /// A stretch of what a request carries.
    package enum Piece: Sendable, Hashable {
        /// Bytes in memory.
        case bytes([UInt8])
        /// A range of a file of this machine.
        case file(FilePath, Range<Int64>)

        /// The length in bytes.
        package var byteCount: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, let range): range.upperBound - range.lowerBound
            }
        }
    }

    /// What the request does.
    package var method: Method
    /// The absolute URL, percent-encoded.
    package var url: String
    /// The header fields, without those of the length and the host.
    package var fields: HTTPFields
    /// What the request carries.
    package var body: Body
    /// The URL of the proxy by which it goes, in place of the one of the environment; empty for none.
    package var proxy: String?

    /// Creates a request.
    package init(_ method: Method, _ url: String, fields: HTTPFields = [:], body: Body = .none) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }
}
