/// Requests that are on their way together, answered in the order in which they were sent.
struct SFTPWindow<Request> {
    private let capacity: Int
    private var requests: [(reply: SFTPReply, request: Request)] = []
    private var start = 0

    /// Creates a window for requests that move so many bytes each, and `byteCount` together.
    init(of length: Int, byteCount: Int) { capacity = max(2, byteCount / length) }

    var isEmpty: Bool { start == requests.count }

    /// Whether the oldest request has to be answered before another is sent.
    var isFull: Bool { requests.count - start >= capacity }

    mutating func add(_ reply: SFTPReply, _ request: Request) { requests.append((reply, request)) }

    /// Takes out the oldest request.
    mutating func next() -> (reply: SFTPReply, request: Request) {
        defer {
            start += 1
            if start == requests.count {
                requests.removeAll(keepingCapacity: true)
                start = 0
            }
        }
        return requests[start]
    }
}
