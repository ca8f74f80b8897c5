import ModelCore

/// The scalars of a TensorBoard event file.
///
/// Sources: tensorflow/core/lib/io/record_writer.h for the records, tensorflow/core/util/event.proto,
/// tensorflow/core/framework/summary.proto and tensor.proto for what is in them. Checksums are not looked at: what
/// matters is that a record which is not complete yet, as of a run that was killed, ends the file.
package enum TensorBoardEvents {
    /// What the names of event files have in them.
    package static let fileNamePart = "events.out.tfevents."

    private static let headerByteCount = 12
    private static let footerByteCount = 4

    /// Reads all records up to the first one that is not whole.
    package static func log(of bytes: [UInt8]) -> MetricLog {
        var log = MetricLog()
        bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer, format: "event file")
            while reader.remaining > 0 {
                do throws(FormatError) {
                    let length = try reader.integer(UInt64.self)
                    _ = try reader.slice(headerByteCount - MemoryLayout<UInt64>.size)
                    guard let count = Int(exactly: length) else { throw reader.malformed("a record is too long") }
                    let record = try reader.slice(count)
                    _ = try reader.slice(footerByteCount)
                    try add(event: record, to: &log)
                } catch {
                    log.unreadableCount += 1
                    if case .truncated = error.problem { return }
                }
            }
        }
        return log
    }

    private static func add(event: UnsafeRawBufferPointer, to log: inout MetricLog) throws(FormatError) {
        var (time, step): (Double, Int64) = (0, 0)
        var summary: UnsafeRawBufferPointer?
        var fields = WireFields(event)
        while let (number, value) = try fields.next() {
            switch (number, value) {
            case (1, .eight(let bits)): time = Double(bitPattern: bits)
            case (2, .varint(let word)): step = Int64(bitPattern: word)
            case (5, .bytes(let bytes)): summary = bytes
            default: break
            }
        }
        guard let summary else { return }
        let moment = time.isFinite && abs(time) < 1e12 ? Timestamp(milliseconds: Int64(time * 1000)) : nil
        var values = WireFields(summary)
        while let (number, value) = try values.next() {
            guard number == 1, case .bytes(let bytes) = value, let (tag, scalar) = try scalar(bytes) else { continue }
            log.add(tag, scalar, step: step, time: moment)
        }
    }

    /// Reads a `Summary.Value`; `nil` for one that is no scalar.
    private static func scalar(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> (tag: String, value: Double)? {
        var tag: String?
        var scalar: Double?
        var fields = WireFields(bytes)
        while let (number, value) = try fields.next() {
            switch (number, value) {
            case (1, .bytes(let text)): tag = String(validating: text, as: UTF8.self)
            case (2, .four(let bits)): scalar = Double(Float(bitPattern: bits))
            case (8, .bytes(let tensor)): scalar = try tensorScalar(tensor) ?? scalar
            default: break
            }
        }
        guard let tag, let scalar else { return nil }
        return (tag, scalar)
    }

    /// Reads a `TensorProto` of a single float or double; `nil` for another.
    private static func tensorScalar(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> Double? {
        var type: UInt64 = 0
        var found: Double?
        var content: UnsafeRawBufferPointer?
        var fields = WireFields(bytes)
        while let (number, value) = try fields.next() {
            switch (number, value) {
            case (1, .varint(let word)): type = word
            case (4, .bytes(let data)): content = data
            case (5, .four(let bits)): found = Double(Float(bitPattern: bits))
            // Numbers of a list stand together.
            case (5, .bytes(let data)) where data.count == 4:
                found = Double(Float(bitPattern: UInt32(littleEndian: data.loadUnaligned(as: UInt32.self))))
            case (6, .eight(let bits)): found = Double(bitPattern: bits)
            case (6, .bytes(let data)) where data.count == 8:
                found = Double(bitPattern: UInt64(littleEndian: data.loadUnaligned(as: UInt64.self)))
            default: break
            }
        }
        switch (type, content?.count) {
        case (1, 4):
            return content.map { Double(Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)))) }
        case (2, 8): return content.map { Double(bitPattern: UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }
        default: return found
        }
    }
}
