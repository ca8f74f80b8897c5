/// A relative path that is safe to create inside a directory: of a file from the top of a repository, or from the top
/// of a tree artifact.
///
/// Its bytes are UTF-8; components are separated by `/` and none is empty, `.`, `..`, or a spelling of `.git` on any
/// file system. Equality, order and hashing are those of the bytes, not of Unicode's equivalent texts.
package struct RepositoryPath: Sendable {
    /// The path.
    package let text: String

    /// Creates a path from text, or says what is wrong with it.
    package init(_ text: some StringProtocol) throws(RepositoryPathError) {
        let text = String(text)
        if let problem = RepositoryPath.problem(of: text) { throw RepositoryPathError(path: text, problem: problem) }
        self.text = text
    }

    /// Creates a path from bytes, such as a path in a Git tree, or says what is wrong with them.
    package init(bytes: some Collection<UInt8>) throws(RepositoryPathError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RepositoryPathError(path: String(decoding: bytes, as: UTF8.self), problem: .notUTF8)
        }
        try self.init(text)
    }

    private init(trusted text: String) {
        self.text = text
    }

    /// The bytes, without a terminator.
    package var bytes: [UInt8] { Array(text.utf8) }

    /// The names between the separators, at least one.
    package var components: [String] { text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) } }

    /// The last component.
    package var name: String {
        text.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(text[text.utf8.index(after: $0)...]) } ?? text
    }

    /// The directory that holds it; `nil` at the top.
    package var parent: RepositoryPath? {
        text.utf8.lastIndex(of: UInt8(ascii: "/")).map { RepositoryPath(trusted: String(text[..<$0])) }
    }

    /// Whether the path is below the directory, at any depth; a path is not inside itself.
    package func isInside(_ directory: RepositoryPath) -> Bool {
        let start = directory.text.utf8
        let rest = text.utf8.dropFirst(start.count)
        return rest.first == UInt8(ascii: "/") && text.utf8.starts(with: start)
    }

    /// Returns the path of `other` inside this directory.
    package func appending(_ other: RepositoryPath) -> RepositoryPath {
        RepositoryPath(trusted: text + "/" + other.text)
    }

    /// Returns the path as seen from the directory; `nil` when it is not inside.
    package func relative(to directory: RepositoryPath) -> RepositoryPath? {
        guard isInside(directory) else { return nil }
        return RepositoryPath(trusted: String(Substring(text.utf8.dropFirst(directory.text.utf8.count + 1))))
    }

    /// The path of the pointer to the artifact at this path.
    package var appendingPointerSuffix: RepositoryPath { RepositoryPath(trusted: text + Pointer.fileSuffix) }

    /// The path of the artifact whose pointer this is; `nil` when this is no pointer's path.
    ///
    /// A name that is the suffix alone, as that of the directory `.mver`, is none.
    package var removingPointerSuffix: RepositoryPath? {
        let suffix = Pointer.fileSuffix.utf8
        let artifact = text.utf8.dropLast(suffix.count)
        guard !artifact.isEmpty, artifact.last != UInt8(ascii: "/"),
            text.utf8.suffix(suffix.count).elementsEqual(suffix)
        else { return nil }
        // What is left may have become `.git`.
        return try? RepositoryPath(Substring(artifact))
    }
}

extension RepositoryPath {
    private static func problem(of text: String) -> RepositoryPathError.Problem? {
        let bytes = text.utf8
        if bytes.isEmpty { return .empty }
        if bytes.first == UInt8(ascii: "/") { return .absolute }
        if bytes.contains(0) { return .zeroByte }
        var rest = Substring(text).utf8
        while true {
            // One by one: a list of components would be most of the work for a listing of many files.
            let component = rest.prefix { $0 != UInt8(ascii: "/") }
            if component.isEmpty { return .emptyComponent }
            if GitDirectoryName.mayMatch(component) {
                if component.elementsEqual(".".utf8) { return .currentDirectory }
                if component.elementsEqual("..".utf8) { return .parentDirectory }
                if GitDirectoryName.matches(component) { return .gitDirectory(String(Substring(component))) }
            }
            guard component.endIndex < rest.endIndex else { return nil }
            rest = rest[rest.index(after: component.endIndex)...]
        }
    }
}

extension RepositoryPath: Hashable, Comparable {
    package static func == (left: RepositoryPath, right: RepositoryPath) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: RepositoryPath, right: RepositoryPath) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension RepositoryPath: CustomStringConvertible {
    /// The path.
    package var description: String { text }
}
