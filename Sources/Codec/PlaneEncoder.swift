import ModelCore

/// Encodes frames as codecs 3 to 5 say: words, then planes.
///
/// One thread at a time may use a value.
struct PlaneEncoder: ~Copyable {
    /// Where the planes start: the header of a frame whose first planes are stored as they are goes right before them.
    private static let start = 64

    private let planes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PlaneEncoder.start + FrameCodec.maximumRawLength,
        alignment: 64
    )

    deinit {
        planes.deallocate()
    }

    /// Encodes a frame of at least one word; returns what to store, or `nil` where that is longer than `room`.
    ///
    /// `base` is exactly as long as the frame; where the plan's codec is no delta it is not read. What is returned lies
    /// in `room` or in memory of this value, and is valid until the next call.
    func encode(
        _ plan: FramePlan,
        _ width: ElementWidth,
        _ raw: UnsafeRawBufferPointer,
        base: UnsafeRawBufferPointer,
        zstd: inout ZstdCompressor,
        into room: UnsafeMutableRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        let count = raw.count / width.byteCount
        let tail = UnsafeRawBufferPointer(rebasing: raw[(count * width.byteCount)...])
        let header = PlaneMethod.headerLength(width)
        // Planes that stay as they are and come first need not be moved.
        let settled = min(plan.densePlanes.trailingOnes, width.byteCount)
        var end = header + settled * count
        guard let start = raw.baseAddress, let base = base.baseAddress, let memory = planes.baseAddress,
            end + tail.count <= room.count
        else { return nil }
        plan.codec.split(width, raw: start, base: base, count: count, planes: memory + PlaneEncoder.start)
        let place = UnsafeMutableRawBufferPointer(rebasing: planes[(PlaneEncoder.start - header)...])
        for index in 0..<settled { PlaneEncoder.describe(index, .raw, count, in: place) }
        let output = settled > 0 ? place : room
        for index in settled..<width.byteCount {
            let plane = UnsafeRawBufferPointer(rebasing: place[(header + index * count)...].prefix(count))
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[end..<room.count - tail.count])
            guard let (method, length) = store(plane, index, plan, &zstd, into: rest) else { return nil }
            PlaneEncoder.describe(index, method, length, in: output)
            end += length
        }
        let moved = header + settled * count..<end
        if settled > 0 {
            UnsafeMutableRawBufferPointer(rebasing: place[moved]).copyMemory(from: .init(rebasing: room[moved]))
        }
        UnsafeMutableRawBufferPointer(rebasing: output[end...]).copyMemory(from: tail)
        return UnsafeRawBufferPointer(rebasing: output[..<(end + tail.count)])
    }

    private static func describe(
        _ index: Int,
        _ method: PlaneMethod,
        _ length: Int,
        in output: UnsafeMutableRawBufferPointer
    ) {
        output[5 * index] = method.rawValue
        output.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 5 * index + 1, as: UInt32.self)
    }

    private func store(
        _ plane: UnsafeRawBufferPointer,
        _ index: Int,
        _ plan: FramePlan,
        _ zstd: inout ZstdCompressor,
        into room: UnsafeMutableRawBufferPointer
    ) -> (PlaneMethod, length: Int)? {
        if !room.isEmpty, plane.isConstant {
            room[0] = plane[0]
            return (.constant, 1)
        }
        if plan.densePlanes & 1 << UInt8(index) == 0 {
            // A plane that zstd makes no smaller is read faster where it lies.
            let limit = min(room.count, plane.count - max(1, plane.count / 64))
            let narrow = UnsafeMutableRawBufferPointer(rebasing: room[..<limit])
            let search: ZstdCompressor.Search = plan.searchedPlanes & 1 << UInt8(index) == 0 ? .none : .some
            if let length = zstd.compress(plane, into: narrow, search: search) { return (.zstd, length) }
        }
        guard plane.count <= room.count else { return nil }
        room.copyMemory(from: plane)
        return (.raw, plane.count)
    }
}

extension UInt8 {
    /// The number of ones below the lowest zero.
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
