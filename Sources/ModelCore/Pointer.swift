/// The small text in Git that stands for an artifact: `<artifact>.mver`.
///
/// A pure function of the artifact's bytes, with exactly one valid encoding (docs/formats.md, "Pointer").
package struct Pointer: Sendable, Hashable {
    /// The artifact's object: the file's bytes, or the tree's listing.
    package let oid: Digest
    /// The file's size, or the sum of the sizes of the tree's files, in bytes.
    package let size: Int64
    /// Whether it is a file or a tree.
    package let kind: ArtifactKind

    /// What the name of a pointer's file ends with.
    package static let fileSuffix = ".mver"
    /// The most bytes that a pointer's file may have.
    package static let byteLimit = 1024

    private static let signature = "git-model-pointer "

    /// Creates a pointer; the size is not negative.
    package init(oid: Digest, size: Int64, kind: ArtifactKind) {
        precondition(size >= 0, "a pointer's size is not negative")
        self.oid = oid
        self.size = size
        self.kind = kind
    }

    /// Reads what a pointer's file has on its lines, or says what is wrong with it.
    package init(oid: String, size: String, kind: String) throws(PointerError) {
        self.oid = try Pointer.digest(oid)
        self.size = try Pointer.size(size)
        guard let known = ArtifactKind(rawValue: kind) else { throw .unknownKind(kind) }
        self.kind = known
    }

    /// The pointer's file.
    package var encoded: [UInt8] {
        Array("\(Pointer.signature)1\noid \(oid)\nsize \(size)\nkind \(kind.rawValue)\n".utf8)
    }

    /// Whether bytes claim to be a pointer, well formed or not.
    package static func isLikely(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: signature.utf8) }

    /// Reads a pointer's file, or says what keeps it from being one.
    package init(parsing bytes: some Collection<UInt8>) throws(PointerError) {
        guard Pointer.isLikely(bytes) else {
            let isStart = Pointer.signature.utf8.starts(with: bytes) && !bytes.isEmpty
            throw isStart ? .truncated : .notAPointer
        }
        var lines = Lines(Array(bytes))
        let version = try lines.next().dropFirst(Pointer.signature.utf8.count)
        guard version.elementsEqual("1".utf8) else { throw Pointer.unsupported(version) }
        // After the version, which may lift the limit.
        guard bytes.count <= Pointer.byteLimit else { throw .tooLarge }
        oid = try Pointer.digest(try lines.value(of: "oid"))
        size = try Pointer.size(try lines.value(of: "size"))
        let kind = try lines.value(of: "kind")
        guard let known = ArtifactKind(rawValue: kind) else { throw .unknownKind(kind) }
        self.kind = known
        try lines.end()
    }

    private static func unsupported(_ version: ArraySlice<UInt8>) -> PointerError {
        let text = String(decoding: version.prefix(20), as: UTF8.self)
        let isNumber = !version.isEmpty && version.allSatisfy { (0x30...0x39).contains($0) } && version.first != 0x30
        return isNumber ? .newerVersion(text) : .malformedLine(signature + text)
    }

    private static func digest(_ text: String) throws(PointerError) -> Digest {
        let name = "sha256:"
        guard text.hasPrefix(name) else { throw .unknownDigest(text) }
        let digits = text.utf8.dropFirst(name.utf8.count)
        let isUppercase = digits.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
        if isUppercase { throw .uppercaseDigest(text) }
        guard let digest = Digest(hex: Substring(digits)) else { throw .malformedDigest(text) }
        return digest
    }

    private static func size(_ text: String) throws(PointerError) -> Int64 {
        let digits = text.utf8
        if digits.first == UInt8(ascii: "-") { throw .negativeSize(text) }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .malformedSize(text) }
        guard digits.count == 1 || digits.first != 0x30 else { throw .leadingZero(text) }
        guard let size = Int64(text) else { throw .sizeOverflow(text) }
        return size
    }
}

extension Pointer {
    /// The lines of a pointer, taken one by one.
    private struct Lines {
        private static let keys = ["oid", "size", "kind"]
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) {
            rest = bytes[...]
        }

        /// Takes a line without its line feed.
        mutating func next() throws(PointerError) -> ArraySlice<UInt8> {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                throw rest.last == UInt8(ascii: "\r") ? .carriageReturn : .truncated
            }
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.last == UInt8(ascii: "\r") { throw .carriageReturn }
            return line
        }

        /// Takes the line `<key> <value>`.
        mutating func value(of key: String) throws(PointerError) -> String {
            let isLast = key == Lines.keys.last
            if isLast, !rest.isEmpty, !rest.contains(UInt8(ascii: "\n")), isComplete(rest, key) {
                throw .missingFinalNewline
            }
            let line = try next()
            guard let text = String(validating: line, as: UTF8.self), let space = line.firstIndex(of: 0x20) else {
                throw .malformedLine(String(decoding: line, as: UTF8.self))
            }
            let found = String(decoding: line[..<space], as: UTF8.self)
            guard found == key else {
                throw Lines.keys.contains(found) ? .misplacedKey(found, expected: key) : .unknownKey(found)
            }
            return String(Substring(text.utf8.dropFirst(key.utf8.count + 1)))
        }

        /// Checks that nothing follows.
        func end() throws(PointerError) {
            guard let first = rest.first else { return }
            // A word and a space at the start of a line would be a key that a later version added.
            let key = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            let isKey =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) && rest.dropFirst(key.count).first == 0x20
            guard isKey, rest.last == UInt8(ascii: "\n") else { throw .trailingBytes(rest.count) }
            let name = String(decoding: key, as: UTF8.self)
            throw Lines.keys.contains(name) ? .trailingBytes(rest.count) : .unknownKey(name)
        }

        private func isComplete(_ line: ArraySlice<UInt8>, _ key: String) -> Bool {
            ArtifactKind.allCases.contains { line.elementsEqual("\(key) \($0.rawValue)".utf8) }
        }
    }
}
