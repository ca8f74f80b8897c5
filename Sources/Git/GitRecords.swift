/// Cuts a stream of bytes into records that end with one byte, however the stream is divided.
struct GitRecords {
    private let terminator: UInt8
    private var pending: [UInt8] = []

    init(endedBy terminator: UInt8) {
        self.terminator = terminator
    }

    /// Takes more bytes and hands each record that is complete to `body`, without its terminator.
    mutating func feed(
        _ bytes: UnsafeRawBufferPointer,
        body: ([UInt8]) throws(GitError) -> Void
    ) throws(GitError) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: terminator) {
            pending.append(contentsOf: rest[rest.startIndex..<end])
            rest = rest[(end + 1)...]
            let record = pending
            pending.removeAll(keepingCapacity: true)
            try body(record)
        }
        pending.append(contentsOf: rest)
    }
}

extension GitOutput {
    /// The records of standard output that end with a zero byte.
    var records: [ArraySlice<UInt8>] {
        var parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }

    /// The lines of standard output, as text.
    var lines: [String] {
        bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Sequence<GitPath> {
    /// The paths, each ended by a zero byte, as `-z --stdin` and `--pathspec-file-nul` read them.
    var terminated: [UInt8] { reduce(into: []) { $0 += $1.bytes + [0] } }
}
