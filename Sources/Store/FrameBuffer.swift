import ModelCore
import SystemIO

/// Memory for one decoded frame.
enum FrameBuffer {
    /// Returns a buffer of the size of the largest frame.
    static func allocate() -> BufferPool.Buffer {
        BufferPool(bufferSize: FrameReference.maximumByteCount, count: 1).acquire()
    }
}
