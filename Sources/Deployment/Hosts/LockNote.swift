/// What a deployment writes into the file whose lock it holds: a line for those who are kept away.
enum LockNote {
    /// The most bytes of a note.
    static let byteLimit = 512

    /// Returns the bytes of the file.
    static func bytes(of note: String) -> [UInt8] { note.utf8.prefix(byteLimit - 1) + [UInt8(ascii: "\n")] }

    /// Reads a note that anybody may have written; `nil` where there is nothing that could be shown.
    static func text(of bytes: [UInt8]) -> String? {
        let line = bytes.prefix(byteLimit).prefix { $0 != UInt8(ascii: "\n") }.filter { (0x20...0x7E).contains($0) }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
