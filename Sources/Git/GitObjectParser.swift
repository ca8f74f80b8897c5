/// Reads the text of commits and tags and the records of trees; any bytes give a value or `corruptObject`.
enum GitObjectParser {
    /// Reads a commit.
    static func commit(_ object: GitObject) throws(GitError) -> GitCommit {
        let fields = Fields(object.bytes)
        let corrupt = damage(object)
        guard let tree = fields.id("tree"),
            let author = fields.first("author").flatMap(identity),
            let committer = fields.first("committer").flatMap(identity)
        else { throw corrupt }
        var parents: [GitObjectID] = []
        for text in fields.all("parent") {
            guard let id = GitObjectID(String(decoding: text, as: UTF8.self)) else { throw corrupt }
            parents.append(id)
        }
        return GitCommit(
            id: object.id,
            tree: tree,
            parents: parents,
            author: author,
            committer: committer,
            message: String(decoding: fields.body, as: UTF8.self),
            isSigned: fields.first("gpgsig") != nil || fields.first("gpgsig-sha256") != nil
        )
    }

    /// Reads a tree and hands each entry's mode, name and id to `body`, in the tree's order.
    static func tree(
        _ object: GitObject,
        body: (GitMode, ArraySlice<UInt8>, ArraySlice<UInt8>) throws(GitError) -> Void
    ) throws(GitError) {
        let width = object.id.format.byteCount
        var rest = object.bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let mode = GitMode(octal: rest[..<space]),
                let end = rest[space...].firstIndex(of: 0), end > space + 1, rest.endIndex - end > width
            else { throw damage(object) }
            try body(mode, rest[(space + 1)..<end], rest[(end + 1)..<(end + 1 + width)])
            rest = rest[(end + 1 + width)...]
        }
    }

    private static func damage(_ object: GitObject) -> GitError {
        GitError(.corruptObject(object.id), command: "git cat-file \(object.kind.rawValue) \(object.id)")
    }

    /// The last second of the year 9999, and the largest offset that Git writes, in minutes.
    private static let (timeLimit, offsetLimit): (Int64, Int) = (253_402_300_799, 1439)

    /// Reads `Name <email> seconds +hhmm`; what is odd in the date becomes 0, as Git itself does.
    ///
    /// Nobody can tell what is said of a time after the year 9999, or of a zone a day away: the nearest one is taken.
    static func identity(_ text: ArraySlice<UInt8>) -> GitIdentity? {
        guard let close = text.lastIndex(of: UInt8(ascii: ">")),
            let open = text[..<close].firstIndex(of: UInt8(ascii: "<"))
        else { return nil }
        let name = text[..<open]
        let end = name.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? name.startIndex
        let date = text[(close + 1)...].split(separator: UInt8(ascii: " "))
        let digits = date.count > 1 ? Int(String(decoding: date[1], as: UTF8.self)) ?? 0 : 0
        let offset = max(-9999, min(digits, 9999))
        return GitIdentity(
            name: String(decoding: name[..<end], as: UTF8.self),
            email: String(decoding: text[(open + 1)..<close], as: UTF8.self),
            time: seconds(date.first ?? []),
            offsetMinutes: max(-offsetLimit, min(offset / 100 * 60 + offset % 100, offsetLimit))
        )
    }

    /// Reads only the time of what `identity` reads.
    static func time(ofIdentity text: ArraySlice<UInt8>) -> Int64? {
        guard let close = text.lastIndex(of: UInt8(ascii: ">")), text[..<close].contains(UInt8(ascii: "<")) else {
            return nil
        }
        return seconds(text[(close + 1)...].drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") })
    }

    private static func seconds(_ digits: ArraySlice<UInt8>) -> Int64 {
        let time = Int64(String(decoding: digits, as: UTF8.self)) ?? 0
        return max(-timeLimit, min(time, timeLimit))
    }
}

/// The header fields of a commit, and the text after the empty line.
private struct Fields {
    private var lines: [ArraySlice<UInt8>] = []
    let body: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, rest.first != UInt8(ascii: "\n") {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            // A line that starts with a space goes on; the fields that do (signatures) are only tested for being there.
            if rest.first != UInt8(ascii: " ") { lines.append(rest[..<end]) }
            rest = rest[min(end + 1, rest.endIndex)...]
        }
        body = rest.dropFirst()
    }

    func first(_ name: String) -> ArraySlice<UInt8>? { all(name).first }

    func text(_ name: String) -> String? { first(name).map { String(decoding: $0, as: UTF8.self) } }

    func id(_ name: String) -> GitObjectID? { text(name).flatMap { GitObjectID($0) } }

    /// Returns the values of the fields of that name.
    func all(_ name: String) -> [ArraySlice<UInt8>] {
        lines.filter { $0.starts(with: name.utf8) && $0.dropFirst(name.utf8.count).first == UInt8(ascii: " ") }
            .map { $0.dropFirst(name.utf8.count + 1) }
    }
}
