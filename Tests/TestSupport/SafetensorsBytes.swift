/// The bytes of a safetensors file of binary32 tensors, made from a seed, and drifting as training would make them.
package struct SafetensorsBytes {
    /// The tensors by name, in the order of the file.
    package var tensors: [(name: String, values: [Float])]

    /// Makes tensors of the given numbers of elements with values of about the size of weights.
    package init(_ sizes: [(name: String, count: Int)], seed: UInt64) {
        var random = PseudoRandom(seed: seed)
        tensors = sizes.map { size in
            (size.name, (0..<size.count).map { _ in SafetensorsBytes.value(&random, scale: 0.05) })
        }
    }

    private static func value(_ random: inout PseudoRandom, scale: Float) -> Float {
        // The sum of uniform numbers is nearly normal.
        let sum = (0..<4).reduce(Float(0)) { sum, _ in sum + Float(random.next() >> 40) / Float(1 << 24) }
        return (sum - 2) * scale
    }

    /// Moves every value of some tensors a little.
    package mutating func train(_ names: Set<String>? = nil, seed: UInt64) {
        var random = PseudoRandom(seed: seed)
        for position in tensors.indices where names?.contains(tensors[position].name) ?? true {
            for index in tensors[position].values.indices {
                tensors[position].values[index] += SafetensorsBytes.value(&random, scale: 2e-6)
            }
        }
    }

    /// The file's bytes.
    package var bytes: [UInt8] {
        var header: [String] = []
        var offset = 0
        for tensor in tensors {
            let end = offset + 4 * tensor.values.count
            header.append(
                #""\#(tensor.name)":{"dtype":"F32","shape":[\#(tensor.values.count)],"data_offsets":[\#(offset),\#(end)]}"#
            )
            offset = end
        }
        var text = Array("{\(header.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + text.count + offset)
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes += $0 }
        bytes += text
        for tensor in tensors {
            for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
        }
        return bytes
    }
}
