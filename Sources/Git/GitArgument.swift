package import SystemPackage

/// One argument of the `git` program, as bytes, so that a path in any encoding survives.
package struct GitArgument: Sendable, Hashable {
    /// The argument's bytes, without a terminator.
    package let bytes: [UInt8]

    /// Creates an argument from text.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Creates an argument from bytes.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Creates an argument from an object id.
    package init(_ id: GitObjectID) {
        self.init(id.hex)
    }

    /// Creates an argument from a path on disk.
    package init(_ path: FilePath) {
        bytes = path.withPlatformString { start in
            var result: [UInt8] = []
            var cursor = start
            // SAFETY: a platform string is terminated by zero, and the loop stops there.
            while cursor.pointee != 0 {
                result.append(UInt8(bitPattern: cursor.pointee))
                cursor += 1
            }
            return result
        }
    }
}

extension GitArgument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// Creates an argument from a literal.
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

/// Which paths a command looks at, independent of Git's pathspec settings.
package enum GitPathspec: Sendable, Hashable {
    /// The file of that path, or everything inside the directory of that path.
    case path(GitPath)
    /// Every path whose last component ends so, at any depth.
    case suffix(String)

    var argument: GitArgument {
        switch self {
        case .path(let path): GitArgument(bytes: Array(":(top,literal)".utf8) + path.bytes)
        case .suffix(let suffix): GitArgument(":(top,glob)**/*" + suffix)
        }
    }
}
