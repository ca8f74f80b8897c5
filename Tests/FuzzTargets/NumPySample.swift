/// NumPy arrays for tests.
package enum NumPySample {
    /// An array with that header and data.
    package static func array(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let header = Array(header.utf8) + [0x0A]
        let length = version == 1 ? Little.endian(UInt16(header.count)) : Little.endian(UInt32(header.count))
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + data
    }

    package static func header(_ description: String, _ shape: String, isFortranOrder: Bool = false) -> String {
        "{'descr': '\(description)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': \(shape), }"
    }

    package static let small = array(header("<f4", "(2, 3)"), [UInt8](repeating: 7, count: 24))

    /// Two arrays, the second one padded.
    package static let archive: ZipSample = {
        var second = ZipSample.Member("b.npy", array(header("<i8", "()"), [1, 2, 3, 4, 5, 6, 7, 8]))
        second.padding = 10
        return ZipSample([ZipSample.Member("a.npy", small), second])
    }()

    /// The same with all sizes in fields of 64 bits.
    package static let largeArchive: ZipSample = {
        var large = archive
        large.hasLargeEnd = true
        for position in large.members.indices { large.members[position].isLarge = true }
        return large
    }()
}
