package import ModelCore

extension ObjectComparison {
    /// Adds what changed in other files of the same two versions; nothing is said any more of those that are left out.
    ///
    /// A file that was on one side of what the two looked at and is on the other now gave a tensor as gone and as new.
    package func joined(with other: ObjectComparison, leavingOut files: Set<String>) -> ObjectComparison {
        var changes = changes.filter { !files.contains($0.file) }
        // Of several of one name, the first meets the first, so that they are taken from the end.
        var places = Dictionary(grouping: changes.indices.reversed()) { EarlierVersion.Place(changes[$0]) }
        for change in other.changes where !files.contains(change.file) {
            let place = EarlierVersion.Place(change)
            if let index = places[place]?.last, let whole = changes[index].kind.joined(with: change.kind) {
                places[place]?.removeLast()
                changes[index] = TensorChange(file: change.file, name: change.name, kind: whole)
            } else {
                changes.append(change)
            }
        }
        return ObjectComparison(
            oid: oid,
            size: size,
            base: base,
            unchangedCount: unchangedCount + other.unchangedCount,
            changes: changes
        )
    }

    /// Whether every tensor that changed, and can be, was compared by its values.
    package var isMeasured: Bool {
        !changes.contains { if case .changed(_, _, .unmeasured) = $0.kind { true } else { false } }
    }
}

extension EarlierVersion.Place {
    /// Where the tensor of a change is.
    package init(_ change: TensorChange) { self.init(file: change.file, name: change.name) }
}

extension TensorChange.Kind {
    /// What a tensor that is gone by one account and new by another became; `nil` where these are not the two.
    fileprivate func joined(with other: TensorChange.Kind) -> TensorChange.Kind? {
        switch (self, other) {
        case (.added(let new), .removed(let old)), (.removed(let old), .added(let new)):
            .changed(from: old, to: new, old == new ? .unmeasured : .otherForm)
        default: nil
        }
    }
}
