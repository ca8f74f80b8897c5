import ModelCore
import Store

/// What authors wrote down of two versions of an artifact when they added them: how far tensors are apart, what they are like, and
/// which bytes they are.
struct WrittenFigures {
    typealias Contradiction = CompareVersions.Report.Contradiction

    /// The comparisons of the later version with the earlier one, and the other way round.
    let forth: [ObjectComparison], back: [ObjectComparison]
    let earlier: ComparedVersion
    let later: ComparedVersion

    /// Returns what is not as the bytes say.
    func contradictions(to outcome: Recomparison.Outcome) -> [Contradiction] {
        var found: [Contradiction] = []
        for (side, name) in [(earlier, "the earlier version"), (later, "the later version")] {
            found += side.contradictions.map { Contradiction($0.place, "of \(name), \($0.clause)") }
        }
        let (before, after) = (earlier.writtenStatistics, later.writtenStatistics)
        for tensor in outcome.tensors {
            for (written, figures, side, place) in [
                (before[tensor.earlier], tensor.before, "the earlier version", tensor.earlier),
                (after[tensor.later], tensor.after, "the later version", tensor.later),
            ] {
                for wrong in (written ?? []).compactMap({ $0.disagreement(with: figures) }) {
                    found.append(Contradiction(place, "the manifest of \(side) \(WrittenFigures.clause(wrong))"))
                }
            }
        }
        for comparison in forth { found += contradictions(in: comparison, to: outcome.comparison) }
        for comparison in back {
            // Of a tensor that moved it names the file that it was in.
            let written = comparison.reversed(size: outcome.comparison.size).withoutFiles
            found += contradictions(in: written, to: outcome.comparison.withoutFiles)
        }
        return found
    }

    private func contradictions(in written: ObjectComparison, to found: ObjectComparison) -> [Contradiction] {
        typealias Place = EarlierVersion.Place
        func index(_ changes: [TensorChange]) -> [Place: TensorChange.Kind] {
            Dictionary(changes.map { (Place($0), $0.kind) }) { first, _ in first }
        }
        let (said, real) = (index(written.changes), index(found.changes))
        var contradictions: [Contradiction] = []
        for (place, kind) in found.changes.map({ (Place($0), $0.kind) }) {
            guard let claim = said[place] else {
                contradictions.append(Contradiction(place, "its author says that it is the same"))
                continue
            }
            if let clause = WrittenFigures.clause(claim, kind) { contradictions.append(Contradiction(place, clause)) }
        }
        // Where nothing was found to differ, nothing may be said to.
        for change in written.changes where real[Place(change)] == nil && !change.isHarmless {
            contradictions.append(Contradiction(Place(change), "its author says that it changed"))
        }
        if contradictions.isEmpty, written.unchangedCount != found.unchangedCount {
            let counts = "\(written.unchangedCount) tensors that are the same, and there are \(found.unchangedCount)"
            contradictions.append(Contradiction(nil, "the author counts \(counts)"))
        }
        return contradictions
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
            case (.unmeasured, _), (.noNumbers, _): return nil
            case (.otherForm, .measured): return from == to ? "its author says that its type or shape is another" : nil
            case (.otherForm, _): return nil
            }
        default: return said == real ? nil : "its author says that something else became of it"
        }
    }

    private static func clause(_ wrong: FigureDisagreement) -> String {
        "gives \(wrong.figure) as \(wrong.written), and by the bytes it is \(wrong.found)"
    }
}

extension EarlierVersion.Place {
    fileprivate init(_ change: TensorChange) { self.init(file: change.file, name: change.name) }
}

extension ObjectComparison {
    /// The same without the names of files, and without tensors whose name two files have.
    fileprivate var withoutFiles: ObjectComparison {
        let counts = Dictionary(changes.map { ($0.name, 1) }, uniquingKeysWith: +)
        var changes = changes.filter { counts[$0.name] == 1 }
        for position in changes.indices { changes[position].file = "" }
        return ObjectComparison(oid: oid, size: size, base: base, unchangedCount: unchangedCount, changes: changes)
    }
}

extension TensorChange {
    /// Whether it says that no element changed, as of one whose frames are cut otherwise.
    fileprivate var isHarmless: Bool {
        guard case .changed(let before, let after, let difference) = kind, before == after else { return false }
        if case .measured(let figures) = difference { return figures.changed == 0 && figures.distance == 0 }
        return false
    }
}
