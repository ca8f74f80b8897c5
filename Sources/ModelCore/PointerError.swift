/// Why a file is not read as a pointer.
package enum PointerError: Error, Sendable, Equatable {
    /// It does not begin as pointers do: some other file of that name.
    case notAPointer
    /// It ends too early.
    case truncated
    /// It is whole but for the line feed at its end.
    case missingFinalNewline
    /// A line ends with CR LF; something converted line endings.
    case carriageReturn
    /// It has more bytes than a pointer may have.
    case tooLarge
    /// Its first line names a version that this program does not know.
    case newerVersion(String)
    /// A line has a key that this program does not know.
    case unknownKey(String)
    /// A key that stands where another belongs.
    case misplacedKey(String, expected: String)
    /// A line that is no key and value.
    case malformedLine(String)
    /// A digest that is not by SHA-256.
    case unknownDigest(String)
    /// A digest with uppercase digits.
    case uppercaseDigest(String)
    /// A digest of another form than 64 digits.
    case malformedDigest(String)
    /// A size below zero.
    case negativeSize(String)
    /// A size with a leading zero.
    case leadingZero(String)
    /// A size of more than 2^63 - 1 bytes.
    case sizeOverflow(String)
    /// A size that is no number.
    case malformedSize(String)
    /// A kind that this program does not know.
    case unknownKind(String)
    /// So many bytes follow the last line.
    case trailingBytes(Int)

    /// Whether a newer git-model would understand the file, so that it is not to be called damaged.
    package var needsNewerVersion: Bool {
        switch self {
        case .newerVersion, .unknownKey, .unknownKind, .unknownDigest: true
        default: false
        }
    }
}

extension PointerError: CustomStringConvertible {
    /// One clause that says what is wrong, that calls the file "it".
    package var description: String {
        switch self {
        case .notAPointer: "it does not begin with \"git-model-pointer\""
        case .truncated: "it is cut short"
        case .missingFinalNewline: "it is cut short: the last line has no line feed"
        case .carriageReturn: "it has CR LF line endings; pointers have LF"
        case .tooLarge: "it is larger than the \(Pointer.byteLimit) bytes that a pointer may have"
        case .newerVersion(let version): "it was written by a newer git-model (pointer version \(version))"
        case .unknownKey(let key): "it was written by a newer git-model (key \(QuotedPath.encode(key)))"
        case .misplacedKey(let key, let expected): "it has \"\(key)\" where \"\(expected)\" belongs"
        case .malformedLine(let line): "it has the line \(QuotedPath.encode(line)), which is no key and value"
        case .unknownDigest(let text): "it was written by a newer git-model (digest \(QuotedPath.encode(text)))"
        case .uppercaseDigest(let text): "it has uppercase digits in its digest \(QuotedPath.encode(text))"
        case .malformedDigest(let text):
            "it has the digest \(QuotedPath.encode(text)), which is not 64 hexadecimal digits"
        case .negativeSize(let text): "it has a negative size (\(QuotedPath.encode(text)))"
        case .leadingZero(let text): "it has a size with a leading zero (\(QuotedPath.encode(text)))"
        case .sizeOverflow(let text): "it has a size that is too large (\(QuotedPath.encode(text)))"
        case .malformedSize(let text): "it has a size that is no number (\(QuotedPath.encode(text)))"
        case .unknownKind(let kind): "it was written by a newer git-model (kind \(QuotedPath.encode(kind)))"
        case .trailingBytes(let count): "it has \(count) bytes after its last line"
        }
    }
}
