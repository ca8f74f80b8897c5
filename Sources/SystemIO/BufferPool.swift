/// A fixed number of equal buffers, handed out and taken back, so that memory is bounded by design.
package final class BufferPool: Sendable {
    /// A page-aligned piece of memory that goes back to its pool when the last reference ends.
    package final class Buffer: @unchecked Sendable {
        // SAFETY: the memory belongs to this object alone. Its holder hands it on whole (a queue, a job) and then
        // leaves it alone; threads that fill or read it together use parts that do not overlap.

        /// The whole memory; its content is whatever an earlier holder left.
        package let bytes: UnsafeMutableRawBufferPointer
        private let pool: BufferPool

        fileprivate init(_ bytes: UnsafeMutableRawBufferPointer, _ pool: BufferPool) {
            self.bytes = bytes
            self.pool = pool
        }

        deinit {
            pool.free.update { $0.memory.append(bytes) }
        }
    }

    private struct State: @unchecked Sendable {
        // SAFETY: memory in this list has no holder.
        var memory: [UnsafeMutableRawBufferPointer] = []
        var allocatedCount = 0
    }

    /// The size of each buffer in bytes.
    package let bufferSize: Int
    private let count: Int
    private let free = Monitor(State())

    /// Creates a pool; memory is allocated when first needed.
    package init(bufferSize: Int, count: Int) {
        self.bufferSize = bufferSize
        self.count = max(1, count)
    }

    deinit {
        // Each buffer in use keeps its pool alive, so all memory is back by now.
        free.update { state in
            for memory in state.memory { memory.deallocate() }
        }
    }

    /// Returns a buffer nobody else uses, sleeping until one is free.
    package func acquire() -> Buffer {
        let memory = free.wait { state -> UnsafeMutableRawBufferPointer? in
            if let memory = state.memory.popLast() { return memory }
            guard state.allocatedCount < count else { return nil }
            state.allocatedCount += 1
            return .allocate(byteCount: bufferSize, alignment: 4096)
        }
        return Buffer(memory, self)
    }
}
