package import SystemPackage

/// One name in a directory, and what it stands for.
package struct DirectoryEntry: Sendable, Equatable {
    /// The name, without any directory.
    package let name: String

    /// What the name stands for; a link is not followed.
    package let kind: FileStatus.Kind

    /// Returns a directory's entries, `.` and `..` left out, sorted by the bytes of their names, directories as if
    /// their name ended in `/`; a link to a directory is refused, and so are names that are not UTF-8.
    package static func all(in directory: FilePath) throws(IOError) -> [DirectoryEntry] {
        try DirectoryStream(directory, fullPath: directory).sortedEntries()
    }

    /// Returns whether this entry's files come before the other's in an order of whole paths by bytes.
    func precedes(_ other: DirectoryEntry) -> Bool {
        let (left, right) = (name.utf8, other.name.utf8)
        let result = left.withContiguousStorageIfAvailable { left in
            right.withContiguousStorageIfAvailable { right in precedes(left, other.kind, right) }
        }
        // Names are made by this module as native strings, whose bytes are always contiguous.
        return (result ?? nil) ?? left.lexicographicallyPrecedes(right)
    }

    private func precedes(
        _ left: UnsafeBufferPointer<UInt8>,
        _ otherKind: FileStatus.Kind,
        _ right: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let shared = min(left.count, right.count)
        for position in 0..<shared where left[position] != right[position] {
            return left[position] < right[position]
        }
        let slash = UInt8(ascii: "/")
        let leftNext = left.count > shared ? left[shared] : (kind == .directory ? slash : 0)
        let rightNext = right.count > shared ? right[shared] : (otherKind == .directory ? slash : 0)
        return leftNext < rightNext
    }
}
