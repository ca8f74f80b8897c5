import ModelCore

/// What programs on another host say of the files of a directory; anything odd is left for whoever compares to miss.
enum RemoteListing {
    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    /// Reads lines of `stat -c '%f %s %n'`, with paths that begin with `./`; `nil` for what is none.
    static func files(parsing output: [UInt8]) -> [StandingFile]? {
        var files: [StandingFile] = []
        for line in output.split(separator: lineFeed) {
            let fields = line.split(separator: space, maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let mode = UInt32(text(fields[0]), radix: 16), let size = Int64(text(fields[1])),
                let path = path(fields[2])
            else { return nil }
            let kind: StandingFile.Kind =
                switch mode & 0o170000 {
                case 0o100000: .regular
                case 0o120000: .link
                default: .other
                }
            files.append(StandingFile(path: path, kind: kind, size: size, isExecutable: mode & 0o100 != 0))
        }
        return files
    }

    /// Reads lines of `sha256sum`, with paths that begin with `./`.
    static func digests(parsing output: [UInt8]) -> [[UInt8]: Digest] {
        var digests: [[UInt8]: Digest] = [:]
        for line in output.split(separator: lineFeed) {
            let isEscaped = line.first == UInt8(ascii: "\\")
            let rest = isEscaped ? line.dropFirst() : line
            guard rest.count > 66, let digest = Digest(hex: text(rest.prefix(64))),
                let path = path(isEscaped ? unescaped(rest.dropFirst(66))[...] : rest.dropFirst(66))
            else { continue }
            digests[Array(path.utf8)] = digest
        }
        return digests
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func path(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.starts(with: "./".utf8) else { return nil }
        return String(validating: bytes.dropFirst(2), as: UTF8.self)
    }

    /// A name without the backslashes that GNU's `sha256sum` puts before its own kind, line feeds and carriage returns.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var name: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                name.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "n"): name.append(lineFeed)
            case UInt8(ascii: "r"): name.append(UInt8(ascii: "\r"))
            default: name.append(next)
            }
        }
        return name
    }
}
