/// Reads the entries of a tree listing from bytes of any origin.
struct TreeListingParser {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The shortest entry: `644 0 sha256:<64 digits> a` and a zero byte.
    private static let minimumEntryLength = 80
    private static let digestPrefix = "sha256:"

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Reads the first line and all entries, which must be sorted.
    mutating func entries() throws(FormatError) -> [TreeEntry] {
        try readFirstLine()
        var entries: [TreeEntry] = []
        entries.reserveCapacity((bytes.count - position) / TreeListingParser.minimumEntryLength)
        while position < bytes.count {
            let entry = try readEntry()
            if let last = entries.last, !(last.path < entry.path) {
                let path = QuotedPath.encode(entry.path.text)
                throw TreeListing.malformed(
                    last.path == entry.path ? "\(path) occurs twice" : "\(path) is out of order"
                )
            }
            entries.append(entry)
        }
        return entries
    }

    private mutating func readFirstLine() throws(FormatError) {
        let line = TreeListing.firstLine.utf8
        if bytes.starts(with: line) {
            position = line.count
            return
        }
        if line.starts(with: bytes) { throw FormatError(TreeListing.format, .truncated) }
        let name = line.dropLast(2)
        let version = bytes.dropFirst(name.count).prefix { (0x30...0x39).contains($0) }
        guard bytes.starts(with: name), !version.isEmpty, bytes.dropFirst(name.count + version.count).first == 0x0A
        else { throw TreeListing.malformed("it does not begin with \"git-model-tree 1\"") }
        let text = String(decoding: version.prefix(20), as: UTF8.self)
        throw FormatError(TreeListing.format, .newer("listing version \(text)"))
    }

    private mutating func readEntry() throws(FormatError) -> TreeEntry {
        let modeText = try take(until: UInt8(ascii: " "))
        guard let mode = TreeListingParser.mode(modeText) else {
            throw TreeListing.malformed("the mode \(TreeListingParser.quoted(modeText)) is unknown")
        }
        let sizeText = try take(until: UInt8(ascii: " "))
        guard let size = TreeListingParser.size(sizeText) else {
            throw TreeListing.malformed("the size \(TreeListingParser.quoted(sizeText)) is no size")
        }
        let digestText = try take(until: UInt8(ascii: " "))
        guard let digest = TreeListingParser.digest(digestText) else {
            throw TreeListing.malformed("the digest \(TreeListingParser.quoted(digestText)) is not 64 lowercase digits")
        }
        let pathText = try take(until: 0)
        do {
            return TreeEntry(mode: mode, size: size, digest: digest, path: try RepositoryPath(bytes: pathText))
        } catch {
            throw TreeListing.malformed("\(error)")
        }
    }

    private mutating func take(until end: UInt8) throws(FormatError) -> Slice<UnsafeRawBufferPointer> {
        let start = position
        while position < bytes.count, bytes[position] != end { position += 1 }
        guard position < bytes.count else { throw FormatError(TreeListing.format, .truncated) }
        defer { position += 1 }
        return bytes[start..<position]
    }

    private static func mode(_ text: Slice<UnsafeRawBufferPointer>) -> TreeEntry.Mode? {
        TreeEntry.Mode.allCases.first { text.elementsEqual($0.rawValue.utf8) }
    }

    private static func size(_ text: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (tens, overflowsTens) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(Int64(byte - 0x30))
            if overflowsTens || overflows { return nil }
            value = sum
        }
        return value
    }

    private static func digest(_ text: Slice<UnsafeRawBufferPointer>) -> Digest? {
        guard text.count == digestPrefix.utf8.count + 2 * Digest.byteCount, text.starts(with: digestPrefix.utf8) else {
            return nil
        }
        let digits = text.dropFirst(digestPrefix.utf8.count)
        func word(_ index: Int) -> UInt64? {
            var value: UInt64 = 0
            for digit in digits.dropFirst(16 * index).prefix(16) {
                guard let nibble = Hexadecimal.value(ofLowercaseDigit: digit) else { return nil }
                value = value << 4 | UInt64(nibble)
            }
            return value
        }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3) else { return nil }
        return Digest(words: (first, second, third, fourth))
    }

    private static func quoted(_ text: Slice<UnsafeRawBufferPointer>) -> String {
        QuotedPath.encode(String(decoding: text.prefix(100), as: UTF8.self))
    }
}
