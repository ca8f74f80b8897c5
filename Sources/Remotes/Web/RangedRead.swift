import Transport

/// A read of a whole file, or of a part of it, by HTTP (RFC 9110, section 14).
struct RangedRead: Sendable {
    /// Whole files are indexes, listings and packs: what is larger is none of ours.
    private static let wholeFileLimit = 1 << 30
    /// Parts are asked of packs, which have at most 72 MiB; a server that knows no ranges sends the whole file.
    private static let packLimit = 80 << 20
    /// All of a pack, and no more than one may have.
    static let wholePack = RangedRead(range: 0..<packLimit)

    /// The bytes asked for; `nil` is all.
    let range: Range<Int>?

    /// The most bytes that a right answer has.
    var answerLimit: Int { range.map { max($0.upperBound, RangedRead.packLimit) } ?? RangedRead.wholeFileLimit }

    /// Adds to a request what asks for the range; of no bytes the first is asked for, to learn whether the file is
    /// there.
    func apply(to request: inout HTTPRequest) {
        guard let range else { return }
        request.fields["Range"] = "bytes=\(range.lowerBound)-\(max(range.lowerBound, range.upperBound - 1))"
    }

    /// Returns the bytes from an answer of status 200, 206 or 416; what lies past the end is left out.
    func bytes(from response: HTTPResponse, of file: String, in remote: String) throws(RemoteError) -> [UInt8] {
        guard let range else { return response.bytes }
        if response.status == 416 { return [] }
        // Some services send a part with the status of a whole: what counts is whether they say which part.
        guard response.fields["Content-Range"] != nil else {
            return Array(response.bytes.dropFirst(range.lowerBound).prefix(range.count))
        }
        guard response.rangeStart == Int64(range.lowerBound) else {
            throw .wrongContent(remote, file: file, problem: "the server sent another range than was asked for")
        }
        return Array(response.bytes.prefix(range.count))
    }
}
