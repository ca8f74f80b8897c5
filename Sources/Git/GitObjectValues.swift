/// The four kinds of object that Git keeps.
package enum GitObjectKind: String, Sendable, Hashable {
    case commit, tree, blob, tag
}

/// An object as Git hashes it, without its header.
package struct GitObject: Sendable, Hashable {
    /// The object's id.
    package let id: GitObjectID
    /// Its kind.
    package let kind: GitObjectKind
    /// Its bytes.
    package let bytes: [UInt8]
}

/// Who did something, and when.
package struct GitIdentity: Sendable, Hashable {
    /// The name.
    package let name: String
    /// The mail address.
    package let email: String
    /// Seconds since 1970.
    package let time: Int64
    /// The writer's offset from UTC in minutes.
    package let offsetMinutes: Int

    /// Creates an identity.
    package init(name: String, email: String, time: Int64, offsetMinutes: Int) {
        self.name = name
        self.email = email
        self.time = time
        self.offsetMinutes = offsetMinutes
    }
}

/// A commit.
package struct GitCommit: Sendable, Hashable {
    /// The commit's id.
    package let id: GitObjectID
    /// Its tree.
    package let tree: GitObjectID
    /// Its parents, also those that a shallow clone does not have.
    package let parents: [GitObjectID]
    /// Who wrote the change.
    package let author: GitIdentity
    /// Who made the commit.
    package let committer: GitIdentity
    /// The message as it stands.
    package let message: String
    /// Whether it carries a signature, good or bad.
    package let isSigned: Bool

    /// The message's first paragraph in one line, as `git log --format=%s` prints it.
    package var subject: String { GitCommit.subject(of: message) }

    static func subject(of message: String) -> String {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        let isBlank = { (line: Substring) in line.allSatisfy(\.isWhitespace) }
        return lines.drop(while: isBlank).prefix { !isBlank($0) }
            .map { line in String(line.reversed().drop(while: \.isWhitespace).reversed()) }.joined(separator: " ")
    }
}

/// A reference and what it points to.
package struct GitReference: Sendable, Hashable {
    /// The full name, such as `refs/tags/v1.0.0`.
    package let name: String
    /// The object it points to, through symbolic references.
    package let objectID: GitObjectID
    /// The same, through tag objects too: what is no tag.
    package let peeledID: GitObjectID

    /// Whether it points to a tag object.
    package var isAnnotated: Bool { objectID != peeledID }
}

/// A tag, annotated or lightweight.
package struct GitTag: Sendable, Hashable {
    /// The reference below `refs/tags/`.
    package let reference: GitReference
    /// The tag object; `nil` for a lightweight tag.
    package let annotation: GitAnnotation?

    /// The name without `refs/tags/`.
    package var name: String { String(reference.name.dropFirst("refs/tags/".utf8.count)) }
    /// The commit it names, or whatever else it does.
    package var target: GitObjectID { reference.peeledID }
}

/// What HEAD says.
package enum GitHead: Sendable, Hashable {
    /// A branch, by full name, and its commit; `nil` before the first commit.
    case branch(String, GitObjectID?)
    /// A commit, without a branch.
    case detached(GitObjectID)

    /// The commit; `nil` before the first.
    package var commit: GitObjectID? {
        switch self {
        case .branch(_, let commit): commit
        case .detached(let commit): commit
        }
    }
}

/// The mode of a tree or index entry.
package struct GitMode: Sendable, Hashable {
    /// The number as Git keeps it.
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Reads octal digits; `nil` for anything else.
    init?(octal text: some Collection<UInt8>) {
        var value: UInt32 = 0
        guard !text.isEmpty, text.count <= 7 else { return nil }
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            value = value << 3 | UInt32(digit - UInt8(ascii: "0"))
        }
        rawValue = value
    }

    private var type: UInt32 { rawValue & 0o170000 }
    /// Whether there is no entry, as in a comparison.
    package var isAbsent: Bool { rawValue == 0 }
    /// Whether it is a plain file.
    package var isFile: Bool { type == 0o100000 }
    /// Whether it is a plain file that may be executed.
    package var isExecutable: Bool { isFile && rawValue & 0o100 != 0 }
    /// Whether it is a symbolic link.
    package var isSymbolicLink: Bool { type == 0o120000 }
    /// Whether it is a directory.
    package var isDirectory: Bool { type == 0o040000 }
    /// Whether it is a submodule's commit.
    package var isSubmodule: Bool { type == 0o160000 }
}

/// One entry of a tree, with its path from the top.
package struct GitTreeEntry: Sendable, Hashable {
    /// The path from the top of the tree that was asked for.
    package let path: GitPath
    /// Its mode.
    package let mode: GitMode
    /// Its blob; the tree of a directory, the commit of a submodule.
    package let id: GitObjectID
}

/// Which entries of a tree to list; directories themselves are never listed but by `top` and `paths`.
package enum GitTreeFilter: Sendable, Hashable {
    /// All.
    case all
    /// The tree's own, a directory as one entry.
    case top
    /// Those whose path ends so.
    case suffix(String)
    /// Those inside one directory, at any depth.
    case inside(GitPath)
    /// Exactly these, as far as they exist; a directory as one entry.
    case paths([GitPath])
}
