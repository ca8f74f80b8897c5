import ModelCore

/// What looks like secrets in the lines that a patch adds.
package struct PatchSecrets: Sendable {
    /// The files that the patch changes, as it names them, in its order.
    package private(set) var files: [String] = []
    /// Those that get lines with a secret.
    package private(set) var secretFiles: [String] = []

    /// Looks through a patch as `git diff --no-renames` writes it; what Git takes for binary is only named.
    package init(in patch: [UInt8]) {
        let start = Array("diff --git ".utf8)
        var rest = patch[...]
        // Lines of binary files stand where other files have the last lines of their heads.
        var isHead = true
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...].dropFirst()
            if line.starts(with: start) {
                isHead = true
                files.append(PatchSecrets.path(in: line.dropFirst(start.count)))
            } else if isHead {
                if line.starts(with: "@@ ".utf8) { isHead = false }
            } else if line.first == UInt8(ascii: "+"), secretFiles.last != files.last,
                let file = files.last, SecretSearch.findsSecret(in: line.dropFirst())
            {
                secretFiles.append(file)
            }
        }
    }

    /// Returns the path of `a/path b/path`, or of `"a/path" "b/path"` with Git's escapes.
    private static func path(in names: ArraySlice<UInt8>) -> String {
        // Without renames both are the same, and a path may have spaces.
        let name = names.suffix(names.count / 2)
        if name.starts(with: "\"b/".utf8) {
            let word = "\"" + String(decoding: name.dropFirst(3), as: UTF8.self)
            return QuotedPath.decode(word) ?? word
        }
        return String(decoding: name.starts(with: "b/".utf8) ? name.dropFirst(2) : name, as: UTF8.self)
    }
}
