import FoundationEssentials
import SystemPackage

/// The files in `Golden` beside a test: bytes of a format that writers write and readers read, for ever.
package enum GoldenFile {
    /// Why a golden file cannot be used.
    package struct Malformed: Error {
        /// The line, counted from 1.
        package let line: Int
    }

    /// Returns the bytes of a golden file of the test in `file`.
    ///
    /// In a `.hex` file they are written as pairs of hexadecimal digits; what follows a `#` on a line is a comment.
    package static func bytes(_ name: String, file: String = #filePath) throws -> [UInt8] {
        let path = FilePath(file).removingLastComponent().appending("Golden").appending(name)
        let content = try Data(contentsOf: URL(filePath: path.string))
        return name.hasSuffix(".hex") ? try decode(String(decoding: content, as: UTF8.self)) : Array(content)
    }

    private static func decode(_ text: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for pair in line.prefix(while: { $0 != "#" }).split(separator: " ") {
                guard pair.utf8.count == 2, let byte = UInt8(pair, radix: 16) else { throw Malformed(line: number + 1) }
                bytes.append(byte)
            }
        }
        return bytes
    }
}
