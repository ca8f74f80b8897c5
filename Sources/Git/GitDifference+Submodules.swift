extension GitDifference {
    /// Returns the commits that a patch leads submodules to, which `git apply` leaves to others, and `nil` for those
    /// that it removes; its index lines have to be complete.
    package static func submodules(in patch: [UInt8]) -> [GitPath: GitObjectID?] {
        var found: [GitPath: GitObjectID?] = [:]
        var header = Header()
        for line in patch.split(separator: UInt8(ascii: "\n")) {
            if let path = Header.path(line) {
                header = Header(path: path)
            } else if let path = header.path, let (id, isSubmodule) = header.read(line) {
                if isSubmodule { found[path] = .some(header.isRemoval ? nil : id) }
                header = Header()
            }
        }
        return found
    }

    /// What the lines before a file's hunks say (git-diff's documentation, "Generating patch text with -p").
    private struct Header {
        /// The file's path, until its index line.
        var path: GitPath?
        /// Whether the file is removed.
        var isRemoval = false
        /// Whether the file is added or removed as a submodule; then the index line has no mode.
        private var isSubmodule = false

        init(path: GitPath? = nil) { self.path = path }

        /// Returns the path of a header's first line, `diff --git a/PATH b/PATH`; `nil` for any other line.
        static func path(_ line: ArraySlice<UInt8>) -> GitPath? {
            let start = "diff --git ".utf8
            guard line.starts(with: start) else { return nil }
            // Renames are not looked for, so that the path stands there twice.
            let both = line.dropFirst(start.count)
            return unquoted(both.prefix((both.count - 1) / 2)).map { GitPath(bytes: $0.dropFirst("a/".utf8.count)) }
        }

        /// Returns the commit of an index line, `index OLD..NEW MODE`, and whether it is a submodule's; `nil` for any
        /// other line.
        mutating func read(_ line: ArraySlice<UInt8>) -> (id: GitObjectID?, isSubmodule: Bool)? {
            let mode = "160000".utf8
            for (start, removes) in [("new file mode ", false), ("deleted file mode ", true)]
            where line.starts(with: start.utf8) {
                isRemoval = removes
                isSubmodule = line.dropFirst(start.utf8.count).elementsEqual(mode)
            }
            let start = "index ".utf8
            guard line.starts(with: start) else { return nil }
            let words = line.dropFirst(start.count).split(separator: UInt8(ascii: " "))
            guard let id = words.first?.split(separator: UInt8(ascii: ".")).last else { return nil }
            let isOne = isSubmodule || words.count == 2 && words[1].elementsEqual(mode)
            return (GitObjectID(String(decoding: id, as: UTF8.self)), isOne)
        }

        /// Returns the bytes of a name that may stand between double quotes, as in C (git's quote.c); `nil` where an
        /// escape is none.
        private static func unquoted(_ name: ArraySlice<UInt8>) -> [UInt8]? {
            let quote = UInt8(ascii: "\"")
            guard name.first == quote else { return Array(name) }
            guard name.count >= 2, name.last == quote else { return nil }
            var rest = name.dropFirst().dropLast()
            var bytes: [UInt8] = []
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "\\") else {
                    bytes.append(byte)
                    continue
                }
                guard let escape = rest.popFirst() else { return nil }
                if (UInt8(ascii: "0")...UInt8(ascii: "3")).contains(escape) {
                    guard let middle = rest.popFirst(), let last = rest.popFirst() else { return nil }
                    bytes.append((escape & 7) &<< 6 | (middle & 7) &<< 3 | last & 7)
                } else {
                    guard let plain = escapes[escape] else { return nil }
                    bytes.append(plain)
                }
            }
            return bytes
        }

        private static let escapes: [UInt8: UInt8] = [
            UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0A,
            UInt8(ascii: "v"): 0x0B, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "r"): 0x0D,
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        ]
    }
}
