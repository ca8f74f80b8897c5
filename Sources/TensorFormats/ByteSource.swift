/// Random access to the bytes of a file, as whoever has it open provides it.
package protocol ByteSource<Failure>: ~Copyable {
    /// What a read throws.
    associatedtype Failure: Error

    /// The number of bytes of the file.
    var byteCount: Int64 { get }

    /// Returns exactly the bytes of a range that lies inside the file; no caller asks for more than 128 MiB at once.
    func read(_ range: Range<Int64>) throws(Failure) -> [UInt8]
}
