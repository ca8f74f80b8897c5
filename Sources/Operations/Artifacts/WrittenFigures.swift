import ModelCore
import Store

/// What authors wrote down of two versions of an artifact when they added them: how far tensors are apart, what they
/// are like, and which bytes they are.
///
/// Nobody is accused of what honest tools may write: frames cut with other sizes cannot be compared, for one.
struct WrittenFigures {
    typealias Contradiction = CompareVersions.Report.Contradiction
    private typealias Place = EarlierVersion.Place

    /// The comparisons of the later version with the earlier one, and the other way round.
    let forth: [ObjectComparison], back: [ObjectComparison]
    let earlier: ComparedVersion
    let later: ComparedVersion
    /// The names of tensors of which `add` says nothing, for they are in small files, or were.
    var unlisted: Set<String> = []

    /// Returns what is not as the bytes say.
    func contradictions(to outcome: Recomparison.Outcome) -> [Contradiction] {
        var found: [Contradiction] = []
        for (side, name) in [(earlier, "the earlier version"), (later, "the later version")] {
            found += side.contradictions.map { Contradiction($0.place, "of \(name), \($0.clause)") }
        }
        let (before, after) = (earlier.writtenStatistics, later.writtenStatistics)
        // Nor can anybody tell which of several tensors of one name is meant.
        let repeated = earlier.repeatedNames.union(later.repeatedNames)
        let unlisted = unlisted.union(repeated)
        for tensor in outcome.tensors where !repeated.contains(tensor.later.name) {
            for (written, figures, side, place) in [
                (before[tensor.earlier], tensor.before, "the earlier version", tensor.earlier),
                (after[tensor.later], tensor.after, "the later version", tensor.later),
            ] {
                for wrong in (written ?? []).compactMap({ $0.disagreement(with: figures) }) {
                    found.append(Contradiction(place, "the manifest of \(side) \(WrittenFigures.clause(wrong))"))
                }
            }
        }
        for comparison in forth {
            found += WrittenFigures.contradictions(in: comparison, to: outcome.comparison, unlisted)
        }
        for comparison in back {
            // Of a tensor that moved it names the file that it was in.
            let written = comparison.reversed(size: outcome.comparison.size).withoutFiles
            found += WrittenFigures.contradictions(in: written, to: outcome.comparison.withoutFiles, unlisted)
        }
        return found
    }

    /// Returns what a comparison says otherwise than what was found, but for tensors of which it may say nothing.
    static func contradictions(
        in written: ObjectComparison,
        to found: ObjectComparison,
        _ unlisted: Set<String> = []
    ) -> [Contradiction] {
        // Which of several tensors of one name is meant nobody can tell, nor so how many are the same.
        let several = repeated(written.changes).union(repeated(found.changes))
        let isClear = { (change: TensorChange) in !several.contains(Place(change)) && !unlisted.contains(change.name) }
        let claims = written.changes.filter(isClear)
        let changes = found.changes.filter(isClear)
        let said = Dictionary(claims.map { (Place($0), $0.kind) }) { first, _ in first }
        var contradictions: [Contradiction] = []
        for change in changes {
            let place = Place(change)
            guard let claim = said[place] else {
                contradictions.append(Contradiction(place, "its author says that it is the same"))
                continue
            }
            if let clause = clause(claim, change.kind) { contradictions.append(Contradiction(place, clause)) }
        }
        let real = Set(changes.map(Place.init))
        // Where nothing was found to differ, nothing may be said to.
        let denied = claims.filter { !real.contains(Place($0)) }
        for change in denied where !change.isHarmless {
            contradictions.append(Contradiction(Place(change), "its author says that it changed"))
        }
        let same = written.unchangedCount + denied.count
        if contradictions.isEmpty, several.isEmpty, unlisted.isEmpty, same != found.unchangedCount {
            let counts = "\(same) tensors that are the same, and there are \(found.unchangedCount)"
            contradictions.append(Contradiction(nil, "the author counts \(counts)"))
        }
        return contradictions
    }

    /// The places that several changes have.
    private static func repeated(_ changes: [TensorChange]) -> Set<Place> {
        var seen: Set<Place> = []
        return Set(changes.map(Place.init).filter { !seen.insert($0).inserted })
    }

    /// Returns how two findings about a tensor contradict each other; `nil` where they do not.
    private static func clause(_ said: TensorChange.Kind, _ real: TensorChange.Kind) -> String? {
        switch (said, real) {
        case (.changed(let from, let to, let written), .changed(let before, let after, let found)):
            guard from == before, to == after else { return "its author gives it another type or shape" }
            switch (written, found) {
            case (.measured(let written), .measured(let found)):
                return written.disagreement(with: found).map { "its author \(clause($0))" }
            case (.measured, _): return "its author measured what has no counterpart"
            // Somebody who could not compare them said so.
            case (.unmeasured, _), (.noNumbers, _), (.otherForm, _): return nil
            }
        default: return said == real ? nil : "its author says that something else became of it"
        }
    }

    private static func clause(_ wrong: FigureDisagreement) -> String {
        "gives \(wrong.figure) as \(wrong.written), and by the bytes it is \(wrong.found)"
    }
}

extension ObjectComparison {
    /// The same without the names of files.
    var withoutFiles: ObjectComparison {
        var changes = changes
        for position in changes.indices { changes[position].file = "" }
        return ObjectComparison(oid: oid, size: size, base: base, unchangedCount: unchangedCount, changes: changes)
    }
}

extension TensorChange {
    /// Whether it names no element that changed, as of a tensor whose frames are cut otherwise, which nobody could
    /// compare.
    fileprivate var isHarmless: Bool {
        guard case .changed(let before, let after, let difference) = kind, before == after else { return false }
        guard case .measured(let figures) = difference else { return true }
        return figures.changed == 0 && figures.distance == 0
    }
}
