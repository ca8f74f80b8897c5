/// Reads the text of commits and tags and the records of trees; any bytes give a value or `corruptObject`.
enum GitObjectParser {
    /// Reads a commit.
    static func commit(_ object: GitObject) throws(GitError) -> GitCommit {
        let fields = Fields(object.bytes)
        let corrupt = damage(object)
        guard let tree = fields.first("tree").flatMap({ GitObjectID($0) }),
            let author = fields.first("author").flatMap(identity),
            let committer = fields.first("committer").flatMap(identity)
        else { throw corrupt }
        var parents: [GitObjectID] = []
        for text in fields.all("parent") {
            guard let id = GitObjectID(text) else { throw corrupt }
            parents.append(id)
        }
        return GitCommit(
            id: object.id,
            tree: tree,
            parents: parents,
            author: author,
            committer: committer,
            message: fields.body,
            isSigned: fields.first("gpgsig") != nil || fields.first("gpgsig-sha256") != nil
        )
    }

    /// Reads a tag object.
    static func annotation(_ object: GitObject) throws(GitError) -> GitAnnotation {
        let fields = Fields(object.bytes)
        guard let target = fields.first("object").flatMap({ GitObjectID($0) }),
            let kind = fields.first("type").flatMap({ GitObjectKind(rawValue: $0) }),
            let name = fields.first("tag")
        else { throw damage(object) }
        let (message, signature) = split(fields.body)
        return GitAnnotation(
            id: object.id,
            name: name,
            target: target,
            targetKind: kind,
            tagger: fields.first("tagger").flatMap(identity),
            message: message,
            signature: signature
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

    /// Reads `Name <email> seconds +hhmm`; what is odd in the date becomes 0, as Git itself does.
    static func identity(_ text: String) -> GitIdentity? {
        guard let close = text.lastIndex(of: ">"), let open = text[..<close].firstIndex(of: "<") else { return nil }
        let date = text[text.index(after: close)...].split(separator: " ")
        let offset = date.count > 1 ? Int(date[1]) ?? 0 : 0
        return GitIdentity(
            name: String(text[..<open].reversed().drop { $0 == " " }.reversed()),
            email: String(text[text.index(after: open)..<close]),
            time: date.first.flatMap { Int64($0) } ?? 0,
            offsetMinutes: offset / 100 * 60 + offset % 100
        )
    }

    private static func split(_ message: String) -> (String, String?) {
        let marks = [
            "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----",
            "-----BEGIN SIGNED MESSAGE-----",
        ]
        var start = message.startIndex
        var found: String.Index?
        // The last line that starts a signature counts, as in Git's parse_signature.
        while start < message.endIndex {
            let end = message[start...].utf8.firstIndex(of: UInt8(ascii: "\n")) ?? message.endIndex
            if marks.contains(where: { message[start..<end].utf8.starts(with: $0.utf8) }) { found = start }
            start = end < message.endIndex ? message.utf8.index(after: end) : end
        }
        guard let found else { return (message, nil) }
        return (String(message[..<found]), String(message[found...]))
    }
}

/// The header fields of a commit or tag, and the text after the empty line.
private struct Fields {
    private var fields: [(name: String, value: String)] = []
    let body: String

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, rest.first != UInt8(ascii: "\n") {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[min(end + 1, rest.endIndex)...]
            // A continuation line; the fields that have them (signatures) are only tested for being there.
            guard line.first != UInt8(ascii: " ") else { continue }
            let name = line.prefix { $0 != UInt8(ascii: " ") }
            fields.append(
                (String(decoding: name, as: UTF8.self), String(decoding: line.dropFirst(name.count + 1), as: UTF8.self))
            )
        }
        body = String(decoding: rest.dropFirst(), as: UTF8.self)
    }

    func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}
