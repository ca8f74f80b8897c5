import ModelCore
import TensorFormats

/// The bytes of an object of a store, for whoever finds out what it is; not for several threads at once.
package final class ObjectBytes: ByteSource {
    private let map: ObjectMap
    private var reader: StretchReader

    /// Creates a source of what `map` says the object is.
    package init(_ map: ObjectMap, in store: LocalStore) {
        self.map = map
        reader = StretchReader(store)
    }

    package var byteCount: Int64 { map.size }

    package func read(_ range: Range<Int64>) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + Int64(FrameReference.maximumByteCount))
            bytes += try reader.bytes(start..<end, of: .object(map))
            start = end
        }
        return bytes
    }
}
