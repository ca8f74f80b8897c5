/// What looks like secrets in the lines that a patch adds.
package struct PatchSecrets: Sendable {
    /// The files that get such lines, as the patch names them, in its order.
    package private(set) var paths: [String] = []

    /// Looks through a patch as `git diff --no-renames` writes it; what Git takes for binary is not read.
    package init(in patch: [UInt8]) {
        var rest = patch[...]
        var path = ""
        // Lines of binary files stand where other files have their last lines of the head.
        var isHead = true
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...].dropFirst()
            if line.starts(with: "diff --git ".utf8) {
                isHead = true
            } else if isHead {
                if line.starts(with: "+++ ".utf8) { path = PatchSecrets.path(in: line.dropFirst(4)) }
                if line.starts(with: "@@ ".utf8) { isHead = false }
            } else if line.first == UInt8(ascii: "+"), paths.last != path,
                SecretSearch.findsSecret(in: line.dropFirst())
            {
                paths.append(path)
            }
        }
    }

    /// Returns the path of `b/path`, or of `"b/path"` with Git's escapes, which stay.
    private static func path(in name: ArraySlice<UInt8>) -> String {
        var name = name
        // So Git ends names with spaces.
        if name.last == UInt8(ascii: "\t") { name = name.dropLast() }
        if name.starts(with: "\"b/".utf8) { return "\"" + String(decoding: name.dropFirst(3), as: UTF8.self) }
        return String(decoding: name.starts(with: "b/".utf8) ? name.dropFirst(2) : name, as: UTF8.self)
    }
}
