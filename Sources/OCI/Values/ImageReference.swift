package import ModelCore
import Transport

/// A place for images: `HOST[:PORT]/REPOSITORY[:TAG][@sha256:…]`, or `oci:PATH[:TAG]` for a layout in a directory.
package struct ImageReference: Sendable, Hashable {
    /// Where the images are.
    package enum Place: Sendable, Hashable {
        /// A repository of a registry; the host has its port where one was given.
        case registry(host: String, repository: String)
        /// A directory of the layout that image-spec defines, as it was written.
        case layout(String)
    }

    /// The most characters that a repository's name may have.
    private static let repositoryLimit = 255

    /// Where the images are.
    package let place: Place
    /// The tag.
    package var tag: String?
    /// The manifest's digest.
    package var digest: Digest?

    /// Parses a reference; `docker://` may stand before one of a registry.
    ///
    /// Throws `ImageReferenceError`.
    package init(_ text: String) throws(ImageReferenceError) {
        func wrong(_ why: String) -> ImageReferenceError { ImageReferenceError(text: text, reason: why) }
        var rest = Substring(text)
        if let at = rest.lastIndex(of: "@") {
            guard let digest = Digest(reference: rest[rest.index(after: at)...]) else {
                throw wrong("what follows the \"@\" is no sha256 digest of 64 digits")
            }
            self.digest = digest
            rest = rest[..<at]
        }
        let isLayout = rest.hasPrefix("oci:")
        if isLayout { rest = rest.dropFirst("oci:".count) }
        if rest.hasPrefix("docker://") { rest = rest.dropFirst("docker://".count) }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/"), isLayout || rest.contains("/") {
            let tag = String(rest[rest.index(after: colon)...])
            guard ImageReference.isTag(tag) else { throw wrong("\(QuotedPath.encode(tag)) is no tag") }
            self.tag = tag
            rest = rest[..<colon]
        }
        guard !isLayout else {
            guard !rest.isEmpty, !rest.utf8.contains(0) else { throw wrong("it names no directory") }
            place = .layout(String(rest))
            return
        }
        guard let slash = rest.firstIndex(of: "/") else { throw wrong("it has to be HOST/REPOSITORY or oci:PATH") }
        let host = String(rest[..<slash])
        let repository = String(rest[rest.index(after: slash)...])
        guard ImageReference.isHost(host) else {
            throw wrong("\(QuotedPath.encode(host)) is no host with a dot or a port; Docker's own is docker.io")
        }
        guard ImageReference.isRepository(repository) else {
            throw wrong(
                "\(QuotedPath.encode(repository)) is no name of a repository, which has lowercase letters and digits"
            )
        }
        let isDockers = ["docker.io", "index.docker.io"].contains(host) && !repository.contains("/")
        place = .registry(host: host, repository: isDockers ? "library/\(repository)" : repository)
    }

    /// Returns the tag for a version, in which `+`, which tags cannot have, is `_`; it may still be longer than tags
    /// are.
    package static func tag(of version: String) -> String { String(version.map { $0 == "+" ? "_" : $0 }) }

    /// Whether a text can be a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, isWord(first) || first == UInt8(ascii: "_"), text.utf8.count <= 128 else {
            return false
        }
        return text.utf8.allSatisfy { isWord($0) || "._-".utf8.contains($0) }
    }

    private static func isHost(_ text: String) -> Bool {
        guard let place = HostAndPort(text, defaultPort: 443) else { return false }
        let isPlain = text.utf8.allSatisfy { isWord($0) || ".-:[]".utf8.contains($0) }
        return isPlain && (place.host == "localhost" || text.contains(".") || text.contains(":"))
    }

    private static func isRepository(_ text: String) -> Bool {
        guard text.utf8.count <= repositoryLimit else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            let isPlain = part.utf8.allSatisfy { isLower($0) || "._-".utf8.contains($0) }
            guard isPlain, let first = part.utf8.first, let last = part.utf8.last, isLower(first), isLower(last) else {
                return false
            }
            let marks = part.split { isLower($0.utf8.first ?? 0) }
            return marks.allSatisfy { $0 == "." || $0 == "_" || $0 == "__" || $0.allSatisfy { $0 == "-" } }
        }
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLower(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

extension ImageReference: CustomStringConvertible {
    /// The reference, as it can be parsed again.
    package var description: String {
        let place =
            switch place {
            case .registry(let host, let repository): "\(host)/\(repository)"
            case .layout(let path): "oci:\(path)"
            }
        return place + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

/// Why a text is no place for images.
package struct ImageReferenceError: Error, Sendable, Equatable {
    /// The text.
    package let text: String
    /// A clause.
    package let reason: String
}

extension ImageReferenceError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String { "\(QuotedPath.encode(text)) is no image: \(reason)" }
}
