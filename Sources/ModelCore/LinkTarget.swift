/// Why a symbolic link cannot be part of an artifact.
package enum LinkTargetError: Error, Sendable, Equatable {
    /// The target is empty, longer than a target may be, has a zero byte, or is not UTF-8.
    case unusable
    /// The target is an absolute path.
    case absolute
    /// The target is outside the artifact.
    case outside
    /// The target has a `..` after a name, which may itself be a link that leads elsewhere.
    case parentAfterName
}

extension LinkTargetError: CustomStringConvertible {
    /// One clause about the link's target.
    package var description: String {
        switch self {
        case .unusable: "its target is no usable text"
        case .absolute: "its target is an absolute path"
        case .outside: "its target is outside the artifact"
        case .parentAfterName: "its target has \"..\" after a name, which may lead out of the artifact"
        }
    }
}

/// The text of a symbolic link inside a tree artifact.
package enum LinkTarget {
    /// Throws unless a link at `path`, from the artifact's top, with that target text stays inside the artifact.
    ///
    /// No other link is needed to decide: a parent of `path` is a real directory, `..` may only come first and so
    /// climbs real directories, and each name after it is a directory, a file, or a link for which the same holds.
    package static func check(_ target: some Collection<UInt8>, at path: RepositoryPath) throws(LinkTargetError) {
        guard !target.isEmpty, target.count <= TreeEntry.linkTargetLimit, !target.contains(0),
            String(validating: target, as: UTF8.self) != nil
        else { throw .unusable }
        if target.first == UInt8(ascii: "/") { throw .absolute }
        var depth = path.components.count - 1
        var hasName = false
        for component in target.split(separator: UInt8(ascii: "/")) where !component.elementsEqual(".".utf8) {
            guard component.elementsEqual("..".utf8) else {
                hasName = true
                continue
            }
            if hasName { throw .parentAfterName }
            depth -= 1
            if depth < 0 { throw .outside }
        }
    }
}
