package import ModelCore

/// A merge of two maps of imports, which has what either side has, for a map only grows.
///
/// The three results differ in nothing but names that mean another object on either side.
package struct ImportMapMerge: Sendable {
    /// The common ancestor, with what could be merged.
    package let base: [UInt8]
    /// Our side, with what could be merged; the result where nothing is in conflict.
    package let ours: [UInt8]
    /// Their side, with what could be merged.
    package let theirs: [UInt8]
    /// The names that mean another object on either side, sorted.
    package let conflicts: [DVCHash]

    /// Merges two versions of a map; a `base` that cannot be read is none.
    ///
    /// Throws `FormatError` where one of the sides is no map.
    package init(base: [UInt8], ours: [UInt8], theirs: [UInt8]) throws(FormatError) {
        let left = try ImportMap(parsing: ours)
        let right = try ImportMap(parsing: theirs)
        let old = (try? ImportMap(parsing: base)) ?? ImportMap()
        var union = left
        union.formUnion(right)
        var conflicts: Set<DVCHash> = []
        for (hash, pointer) in right.objects where union.objects[hash] != pointer {
            if old.objects[hash] == left.objects[hash] {
                union.add(pointer, as: hash)
            } else if old.objects[hash] != pointer {
                conflicts.insert(hash)
            }
        }
        self.conflicts = conflicts.sorted()
        self.ours = union.encoded
        guard !conflicts.isEmpty else {
            (self.base, self.theirs) = (union.encoded, union.encoded)
            return
        }
        var ancestor = ImportMap()
        for (hash, pointer) in union.objects where !conflicts.contains(hash) { ancestor.add(pointer, as: hash) }
        for hash in conflicts {
            if let pointer = old.objects[hash] { ancestor.add(pointer, as: hash) }
            if let pointer = right.objects[hash] { union.add(pointer, as: hash) }
        }
        (self.base, self.theirs) = (ancestor.encoded, union.encoded)
    }
}
