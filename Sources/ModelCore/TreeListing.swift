/// The files of a tree artifact: an object of its own, whose digest is the artifact's (docs/formats.md, "Tree
/// listing").
///
/// Always sound: sorted by path bytes, each path once, and no file where another file's directory is.
package struct TreeListing: Sendable, Hashable {
    /// The files, sorted by path bytes.
    package let entries: [TreeEntry]
    /// The sum of the files' sizes in bytes, which is the size in the tree's pointer.
    package let contentSize: Int64

    /// The most bytes of a listing, for some two million files.
    package static let maximumByteCount: Int64 = 268_435_456

    static let format = "tree listing"
    package static let firstLine = "git-model-tree 1\n"

    /// Creates a listing from entries in any order; throws `malformed` for paths that cannot be together.
    package init(_ entries: [TreeEntry]) throws(FormatError) {
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.path < $1.path }
        self.entries = isSorted ? entries : entries.sorted { $0.path < $1.path }
        contentSize = try TreeListing.check(self.entries)
        // All but the path and the size takes less than 100 bytes.
        let bound = entries.reduce(Int64(0)) { $0 + Int64($1.path.text.utf8.count) + 100 }
        if bound > TreeListing.maximumByteCount { try TreeListing.requireLength(Int64(encoded.count)) }
    }

    /// Refuses what is too long to be read as a listing, whatever it is.
    package static func requireLength(_ byteCount: Int64) throws(FormatError) {
        guard byteCount <= maximumByteCount else { throw malformed("it is longer than \(maximumByteCount) bytes") }
    }

    /// Reads a listing, copying what it keeps; throws `FormatError`.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
        var parser = TreeListingParser(bytes)
        entries = try parser.entries()
        contentSize = try TreeListing.check(entries)
    }

    /// Reads a listing; throws `FormatError`.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        self = try bytes.span.withUnsafeBytes { (buffer) throws(FormatError) in try TreeListing(parsing: buffer) }
    }

    /// The listing's bytes.
    package var encoded: [UInt8] {
        var bytes = Array(TreeListing.firstLine.utf8)
        bytes.reserveCapacity(bytes.count + entries.reduce(0) { $0 + $1.path.text.utf8.count + 100 })
        for entry in entries {
            bytes += entry.mode.rawValue.utf8
            bytes.append(UInt8(ascii: " "))
            bytes += String(entry.size).utf8
            bytes += " sha256:".utf8
            entry.digest.appendHex(to: &bytes)
            bytes.append(UInt8(ascii: " "))
            bytes += entry.path.text.utf8
            bytes.append(0)
        }
        return bytes
    }

    /// Returns the file at that path; `nil` when there is none.
    package func entry(at path: RepositoryPath) -> TreeEntry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].path == path ? entries[low] : nil
    }

    /// Returns the files inside a directory of the tree, sorted.
    package func entries(inside directory: RepositoryPath) -> [TreeEntry] {
        entries.filter { $0.path.isInside(directory) }
    }

    /// Checks what a sorted list has to be and returns the sum of its sizes.
    private static func check(_ entries: [TreeEntry]) throws(FormatError) -> Int64 {
        var total: Int64 = 0
        // The files whose bytes the current path begins with; sorted, they are the only ones that could be its
        // directory.
        var prefixes: [RepositoryPath] = []
        for entry in entries {
            let path = entry.path
            guard entry.size >= 0, entry.mode != .link || (1...TreeEntry.linkTargetLimit).contains(entry.size) else {
                throw malformed("\(QuotedPath.encode(path.text)) cannot have the size \(entry.size)")
            }
            let (sum, overflows) = total.addingReportingOverflow(entry.size)
            if overflows { throw malformed("its sizes add up to too much") }
            total = sum
            while let last = prefixes.last, !path.text.utf8.starts(with: last.text.utf8) { prefixes.removeLast() }
            for file in prefixes {
                if path == file { throw malformed("\(QuotedPath.encode(path.text)) occurs twice") }
                if path.isInside(file) { throw malformed("\(QuotedPath.encode(file.text)) is a file and a directory") }
            }
            prefixes.append(path)
        }
        return total
    }

    static func malformed(_ what: String) -> FormatError { FormatError(format, .malformed(what)) }
}
