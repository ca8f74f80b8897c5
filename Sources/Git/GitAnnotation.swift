/// What an annotated tag's object says.
///
/// Only where it leads to and when it was made is read at once, and the rest when it is asked for: a repository may
/// have tens of thousands.
package struct GitAnnotation: Sendable {
    /// The tag object's id.
    package let id: GitObjectID
    /// What it tags, which may be another tag.
    package let target: GitObjectID
    /// The kind of what it tags.
    package let targetKind: GitObjectKind
    /// When it was tagged, in seconds since 1970; very old tags do not say.
    package let time: Int64?
    private let bytes: ArraySlice<UInt8>
    private let nameBounds: Range<Int>
    private let taggerBounds: Range<Int>?
    private let bodyStart: Int

    /// Reads a tag object; throws `corruptObject` for anything else.
    package init(_ object: GitObject) throws(GitError) { try self.init(object.id, object.bytes[...]) }

    /// Reads the bytes of the tag object of that id; throws `corruptObject` where they are none.
    package init(_ id: GitObjectID, _ bytes: ArraySlice<UInt8>) throws(GitError) {
        var (object, kind, name, tagger): (Range<Int>?, Range<Int>?, Range<Int>?, Range<Int>?)
        var start = bytes.startIndex
        while start < bytes.endIndex, bytes[start] != UInt8(ascii: "\n") {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            let line = bytes[start..<end]
            // Of several the first counts.
            if object == nil, let value = line.value(of: "object ") {
                object = value
            } else if kind == nil, let value = line.value(of: "type ") {
                kind = value
            } else if name == nil, let value = line.value(of: "tag ") {
                name = value
            } else if tagger == nil, let value = line.value(of: "tagger ") {
                tagger = value
            }
            start = min(end + 1, bytes.endIndex)
        }
        guard let object, let kind, let name, let target = GitObjectID(digits: bytes[object]),
            let targetKind = GitObjectKind(rawValue: String(decoding: bytes[kind], as: UTF8.self))
        else { throw GitError(.corruptObject(id), command: "git cat-file tag \(id)") }
        self.id = id
        self.target = target
        self.targetKind = targetKind
        time = tagger.flatMap { GitObjectParser.time(ofIdentity: bytes[$0]) }
        self.bytes = bytes
        nameBounds = name
        taggerBounds = tagger
        bodyStart = min(start + 1, bytes.endIndex)
    }

    /// The name inside the object; a reference of another name may point to it.
    package var name: String { String(decoding: bytes[nameBounds], as: UTF8.self) }

    /// Whether that is the name inside the object.
    package func isNamed(_ name: String) -> Bool { bytes[nameBounds].elementsEqual(name.utf8) }

    /// Who tagged; very old tags do not say.
    package var tagger: GitIdentity? { taggerBounds.flatMap { GitObjectParser.identity(bytes[$0]) } }

    /// The message without the signature.
    package var message: String {
        String(decoding: bytes[bodyStart..<(signatureStart ?? bytes.endIndex)], as: UTF8.self)
    }

    /// The armoured signature at its end, not verified; `nil` when there is none.
    package var signature: String? { signatureStart.map { String(decoding: bytes[$0...], as: UTF8.self) } }

    /// Whether it carries a signature, good or bad.
    package var isSigned: Bool { signatureStart != nil }

    /// The message's first paragraph in one line.
    package var subject: String { GitCommit.subject(of: message) }

    /// Where the last line is that starts a signature, as in Git's parse_signature.
    private var signatureStart: Int? {
        var start = bodyStart
        var found: Int?
        while start < bytes.endIndex {
            let line = bytes[start...]
            if line.first == UInt8(ascii: "-"), GitAnnotation.marks.contains(where: { line.starts(with: $0.utf8) }) {
                found = start
            }
            start = line.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.endIndex
        }
        return found
    }

    private static let marks = [
        "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SIGNED MESSAGE-----",
    ]
}

extension GitAnnotation: Hashable {
    /// Whether both are the same object.
    package static func == (left: GitAnnotation, right: GitAnnotation) -> Bool { left.id == right.id }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension ArraySlice<UInt8> {
    /// Returns where the rest of a line is that begins so.
    fileprivate func value(of key: StaticString) -> Range<Int>? {
        // SAFETY: the text of a static string stays for ever, and is in memory where it has several characters.
        let key = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        return starts(with: key) ? (startIndex + key.count)..<endIndex : nil
    }
}
