import ModelCore

/// Encodes frames as codecs 3 to 5 say: words, then planes.
///
/// One thread at a time may use a value.
struct PlaneEncoder: ~Copyable {
    private let planes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: FrameCodec.maximumRawLength,
        alignment: 64
    )

    deinit {
        planes.deallocate()
    }

    /// Encodes a frame of at least one word into `room`; returns the stored length, or `nil` where it does not fit.
    ///
    /// `base` is exactly as long as the frame; where the plan's codec is no delta it is not read.
    func encode(
        _ plan: FramePlan,
        _ width: ElementWidth,
        _ raw: UnsafeRawBufferPointer,
        base: UnsafeRawBufferPointer,
        zstd: inout ZstdCompressor,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let count = raw.count / width.byteCount
        let tail = UnsafeRawBufferPointer(rebasing: raw[(count * width.byteCount)...])
        var end = PlaneMethod.headerLength(width)
        guard let start = raw.baseAddress, let base = base.baseAddress, let first = planes.baseAddress,
            end + tail.count <= room.count
        else { return nil }
        plan.codec.split(width, raw: start, base: base, count: count, planes: first)
        for index in 0..<width.byteCount {
            let plane = UnsafeRawBufferPointer(rebasing: planes[index * count..<(index + 1) * count])
            let search: ZstdCompressor.Search = plan.searchedPlanes & 1 << UInt8(index) == 0 ? .none : .some
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[end..<room.count - tail.count])
            guard let (method, length) = store(plane, search, &zstd, into: rest) else { return nil }
            room[5 * index] = method.rawValue
            room.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 5 * index + 1, as: UInt32.self)
            end += length
        }
        UnsafeMutableRawBufferPointer(rebasing: room[end...]).copyMemory(from: tail)
        return end + tail.count
    }

    private func store(
        _ plane: UnsafeRawBufferPointer,
        _ search: ZstdCompressor.Search,
        _ zstd: inout ZstdCompressor,
        into room: UnsafeMutableRawBufferPointer
    ) -> (PlaneMethod, length: Int)? {
        if !room.isEmpty, plane.isConstant {
            room[0] = plane[0]
            return (.constant, 1)
        }
        // A plane that zstd makes no smaller is read faster where it lies.
        let limit = min(room.count, plane.count - max(1, plane.count / 64))
        let narrow = UnsafeMutableRawBufferPointer(rebasing: room[..<limit])
        if let length = zstd.compress(plane, into: narrow, search: search) { return (.zstd, length) }
        guard plane.count <= room.count else { return nil }
        room.copyMemory(from: plane)
        return (.raw, plane.count)
    }
}
