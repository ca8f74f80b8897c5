/// The files of a tree artifact, an object itself: `docs/formats.md` has its encoding.
package struct TreeListing: Hashable, Sendable {
    private static let firstLine = "git-model-tree 1\n"
    private static let signature = "git-model-tree "
    private static let format = "tree listing"

    /// The files in ascending order of path bytes.
    package let entries: [TreeEntry]

    /// The sum of the sizes of the files.
    package var size: Int64 { entries.reduce(0) { $0 + $1.size } }

    /// Creates a listing of files whose paths are valid and distinct, in any order.
    package init(_ entries: some Sequence<TreeEntry>) {
        self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Parses a listing.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError(TreeListing.format, .malformed(what)) }
        guard bytes.starts(with: TreeListing.signature.utf8) else { throw malformed("its first line is wrong") }
        guard bytes.starts(with: TreeListing.firstLine.utf8) else {
            throw FormatError(TreeListing.format, .newer("its first line"))
        }
        var entries: [TreeEntry] = []
        var total: Int64 = 0
        var directories: Set<Substring> = []
        for record in bytes.dropFirst(TreeListing.firstLine.utf8.count).split(
            separator: 0,
            omittingEmptySubsequences: false
        ) {
            // What follows the last NUL is nothing; anything else there is an entry that was cut.
            if record.endIndex == bytes.endIndex {
                guard record.isEmpty else { throw FormatError(TreeListing.format, .truncated) }
                break
            }
            let entry = try TreeListing.entry(record)
            if let last = entries.last {
                guard last.path.utf8.lexicographicallyPrecedes(entry.path.utf8) else {
                    throw malformed("its paths are not in order")
                }
            }
            guard !directories.contains(entry.path[...]) else { throw malformed("a path is both file and directory") }
            let (sum, overflow) = total.addingReportingOverflow(entry.size)
            guard !overflow else { throw malformed("its sizes add up to too much") }
            total = sum
            TreeListing.addDirectories(of: entry.path, to: &directories)
            entries.append(entry)
        }
        for entry in entries where directories.contains(entry.path[...]) {
            throw malformed("a path is both file and directory")
        }
        self.entries = entries
    }

    /// Notes every directory that a path lies in, the nearest first, until one that is noted already.
    private static func addDirectories(of path: String, to directories: inout Set<Substring>) {
        var rest = path[...]
        while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
            rest = rest[..<slash]
            guard directories.insert(rest).inserted else { return }
        }
    }

    private static func entry(_ record: ArraySlice<UInt8>) throws(FormatError) -> TreeEntry {
        let fields = record.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4 else { throw FormatError(format, .malformed("an entry has too few fields")) }
        let modeText = String(decoding: fields[0], as: UTF8.self)
        guard let mode = TreeEntry.Mode(rawValue: modeText) else {
            throw FormatError(format, .newer("mode “\(modeText)”"))
        }
        let sizeText = String(decoding: fields[1], as: UTF8.self)
        guard let size = Int64(sizeText), size >= 0, String(size) == sizeText else {
            throw FormatError(format, .malformed("a size is no number"))
        }
        let oid = String(decoding: fields[2], as: UTF8.self)
        guard oid.hasPrefix("sha256:"), let digest = Digest(hex: oid.dropFirst("sha256:".count)) else {
            throw FormatError(format, .malformed("a digest is wrong"))
        }
        guard let path = String(validating: fields[3], as: UTF8.self), TreeEntry.isValidPath(path) else {
            throw FormatError(format, .malformed("a path is not allowed"))
        }
        return TreeEntry(mode: mode, size: size, digest: digest, path: path)
    }

    /// The listing's bytes, whose SHA-256 is the tree's oid.
    package var encoded: [UInt8] {
        var bytes = Array(TreeListing.firstLine.utf8)
        bytes.reserveCapacity(entries.count * 128)
        for entry in entries {
            bytes += "\(entry.mode.rawValue) \(entry.size) \(entry.digest) ".utf8
            bytes += entry.path.utf8
            bytes.append(0)
        }
        return bytes
    }
}
