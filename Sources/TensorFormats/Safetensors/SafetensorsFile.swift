import ModelCore

/// A safetensors file: the length of its header (8 bytes, little-endian), the header, the tensors without a gap.
///
/// Source: https://github.com/huggingface/safetensors, README.md ("Format") and `safetensors/src/tensor.rs`
/// (`Metadata::validate`), whose checks these are; the README's rules on keys and the first byte, which the reference
/// does not check, are checked too, because readers disagree about files that break them.
enum SafetensorsFile {
    /// The longest header, as the reference has it.
    static let maximumHeaderByteCount = 100_000_000

    /// Whether a file begins as a safetensors file does, which has no magic number.
    static func begins(with start: [UInt8], byteCount: Int64) -> Bool {
        guard start.count >= 9, start[8] == UInt8(ascii: "{"), let length = headerByteCount(start) else { return false }
        return Int64(length) <= byteCount - 8
    }

    static func layout(of file: FileBytes) throws(Refusal) -> TensorLayout {
        guard let length = headerByteCount(try file.read(8, at: 0, "the length of its header")) else {
            throw .odd("its header is longer than \(maximumHeaderByteCount) bytes")
        }
        var header = SafetensorsHeader(try file.read(Int64(length), at: 8, "its header"))
        let entries = try header.entries()
        return try TensorLayout(
            .safetensors,
            of: file,
            tensors: try tensors(entries, from: 8 + Int64(length), byteCount: file.byteCount)
        )
    }

    private static func headerByteCount(_ start: [UInt8]) -> Int? {
        let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length <= UInt64(maximumHeaderByteCount) ? Int(length) : nil
    }

    /// Returns the tensors in order, which must follow one another from `start` to the end of the file.
    private static func tensors(
        _ entries: [SafetensorsHeader.Entry],
        from start: Int64,
        byteCount: Int64
    ) throws(Refusal) -> [Tensor] {
        var tensors: [Tensor] = []
        tensors.reserveCapacity(entries.count)
        var end: Int64 = 0
        for entry in entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            guard entry.start == end else {
                throw .odd(
                    "tensor \(entry.name.quoted) \(entry.start < end ? "overlaps" : "leaves a hole behind") another"
                )
            }
            guard let size = Tensor.byteCount(of: entry.type, shape: entry.shape), entry.start <= entry.end,
                size == entry.end - entry.start
            else { throw .odd("tensor \(entry.name.quoted) has other bytes than its type and shape need") }
            guard entry.end <= byteCount - start else {
                throw .odd("tensor \(entry.name.quoted) ends behind the end of the file")
            }
            end = entry.end
            let range = (start + entry.start)..<(start + entry.end)
            tensors.append(Tensor(name: entry.name, type: entry.type, shape: entry.shape, range: range))
        }
        guard end == byteCount - start else { throw .odd("\(byteCount - start - end) bytes follow its last tensor") }
        return tensors
    }
}
