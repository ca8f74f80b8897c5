/// A path inside a repository, with `/` between components, that can never lead out of it or into `.git`.
///
/// Refuses what Git's own `verify_path` does on any platform: the path may be checked out on another one than it came from.
package struct RepositoryPath: Hashable, Sendable, Comparable {
    /// The path's text.
    package let text: String

    /// Parses a path; `nil` where it is empty, absolute, has an empty, `.` or `..` component, a NUL, or `.git` in any spelling.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
        for component in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard RepositoryPath.isAllowed(component) else { return nil }
        }
        self.text = String(text)
    }

    private init(trusted text: String) { self.text = text }

    private static func isAllowed(_ component: some Collection<UInt8>) -> Bool {
        guard !component.isEmpty, !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
            return false
        }
        // Nothing but a name that begins so can be a spelling of `.git`, and most names do not.
        guard let first = component.first,
            first == UInt8(ascii: ".") || first | 0x20 == UInt8(ascii: "g") || first == 0xe2 || first == 0xef
        else { return true }
        return !isGitDirectory(String(decoding: component, as: UTF8.self))
    }

    /// Returns whether some file system takes a name for `.git`: by case, by NTFS short names, streams, trailing dots and spaces,
    /// or by code points that HFS+ ignores.
    static func isGitDirectory(_ component: String) -> Bool {
        let visible = component.unicodeScalars.filter { !ignorable.contains($0.value) }
        var name = String(String.UnicodeScalarView(visible)).lowercased()
        if let colon = name.firstIndex(of: ":") { name = String(name[..<colon]) }
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        return name == ".git" || name == "git~1"
    }

    /// The code points that HFS+ ignores in names, as Git lists them (utf8.c, `next_hfs_char`).
    private static let ignorable: Set<UInt32> = [
        0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x206a, 0x206b, 0x206c, 0x206d, 0x206e,
        0x206f, 0xfeff,
    ]

    /// The components, outermost first.
    package var components: [String] { text.split(separator: "/").map(String.init) }

    /// The last component.
    package var name: String { components.last ?? text }

    /// The directory that the path lies in; `nil` at the top of the repository.
    package var parent: RepositoryPath? {
        guard let slash = text.lastIndex(of: "/") else { return nil }
        return RepositoryPath(trusted: String(text[..<slash]))
    }

    /// The pointer of the artifact at this path.
    package var pointer: RepositoryPath { RepositoryPath(trusted: text + Pointer.fileSuffix) }

    /// The artifact whose pointer is at this path; `nil` where this is no pointer's name.
    package var artifact: RepositoryPath? {
        guard text.hasSuffix(Pointer.fileSuffix) else { return nil }
        return RepositoryPath(text.dropLast(Pointer.fileSuffix.count))
    }

    /// Returns the path of something in this directory.
    package func appending(_ relative: RepositoryPath) -> RepositoryPath {
        RepositoryPath(trusted: text + "/" + relative.text)
    }

    /// Returns whether this path lies in a directory, at any depth.
    package func isInside(_ directory: RepositoryPath) -> Bool { text.hasPrefix(directory.text + "/") }

    package static func < (left: RepositoryPath, right: RepositoryPath) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension RepositoryPath: CustomStringConvertible {
    /// The path's text.
    package var description: String { text }
}
