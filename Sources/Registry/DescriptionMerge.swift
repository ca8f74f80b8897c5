package import ModelCore

/// A three-way merge of a model's description: artifacts as a set, every field by itself.
///
/// What only one side changed is in all three results, so that they differ in nothing but what is in conflict.
package struct DescriptionMerge: Sendable {
    private typealias Fields = [String: JSONValue]

    private static let artifacts = "artifacts"
    /// Fields whose members are merged one by one.
    private static let nested = ["metadata"]

    /// The common ancestor, with what could be merged.
    package let base: [UInt8]
    /// Our side, with what could be merged; the result where nothing is in conflict.
    package let ours: [UInt8]
    /// Their side, with what could be merged.
    package let theirs: [UInt8]
    /// The fields that both sides changed, and not alike, sorted; a member is named as `metadata.KEY`.
    package let conflicts: [String]

    /// Merges three versions of the description of `model`; an empty `base` is none.
    ///
    /// Throws `FormatError` where one of them is no description.
    package init(
        of model: ModelName,
        base: [UInt8],
        ours: [UInt8],
        theirs: [UInt8]
    ) throws(FormatError) {
        func fields(_ bytes: [UInt8]) throws(FormatError) -> Fields {
            try JSONValue(parsing: ModelDescription(model, parsing: bytes).encoded).object ?? [:]
        }
        var sides = Sides(
            base: try base.isEmpty ? [:] : fields(base),
            ours: try fields(ours),
            theirs: try fields(theirs)
        )
        conflicts = sides.merge()
        self.base = JSONValue.object(sides.base).encoded
        self.ours = JSONValue.object(sides.ours).encoded
        self.theirs = JSONValue.object(sides.theirs).encoded
    }

    private struct Sides {
        var base: Fields
        var ours: Fields
        var theirs: Fields

        /// Brings what only one side changed to all three; returns the names of the fields that are left.
        mutating func merge() -> [String] {
            var conflicts: [String] = []
            for key in Set(ours.keys).union(theirs.keys).union(base.keys).sorted() {
                let (old, left, right) = (base[key], ours[key], theirs[key])
                if left == right || right == old {
                    set(key, to: left)
                } else if left == old {
                    set(key, to: right)
                } else if key == DescriptionMerge.artifacts {
                    set(key, to: DescriptionMerge.union(old, left, right))
                } else if DescriptionMerge.nested.contains(key) {
                    var members = Sides(
                        base: old?.object ?? [:],
                        ours: left?.object ?? [:],
                        theirs: right?.object ?? [:]
                    )
                    conflicts += members.merge().map { "\(key).\($0)" }
                    base[key] = DescriptionMerge.field(members.base)
                    ours[key] = DescriptionMerge.field(members.ours)
                    theirs[key] = DescriptionMerge.field(members.theirs)
                } else {
                    conflicts.append(key)
                }
            }
            return conflicts
        }

        private mutating func set(_ key: String, to value: JSONValue?) {
            (base[key], ours[key], theirs[key]) = (value, value, value)
        }
    }

    /// What a description has of members: nothing where there are none.
    private static func field(_ members: Fields) -> JSONValue? { members.isEmpty ? nil : .object(members) }

    /// What either side added, without what either removed, sorted by bytes as descriptions have it.
    private static func union(_ base: JSONValue?, _ ours: JSONValue?, _ theirs: JSONValue?) -> JSONValue {
        func set(_ list: JSONValue?) -> Set<String> { Set((list?.array ?? []).compactMap(\.string)) }
        let (old, left, right) = (set(base), set(ours), set(theirs))
        let added = left.subtracting(old).union(right.subtracting(old))
        let kept = old.intersection(left).intersection(right)
        return .array(kept.union(added).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { .string($0) })
    }
}
