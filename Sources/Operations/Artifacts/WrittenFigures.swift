import ModelCore
import Store

/// What authors wrote down of two versions of an artifact when they added them: how far tensors are apart, what they are like, and
/// which bytes they are.
struct WrittenFigures {
    typealias Contradiction = CompareVersions.Report.Contradiction

    /// The comparisons of the later version with the earlier one.
    let comparisons: [ObjectComparison]
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
        for comparison in comparisons { found += contradictions(in: comparison, to: outcome.comparison) }
        return found
    }

    private func contradictions(in written: ObjectComparison, to found: ObjectComparison) -> [Contradiction] {
        func index(_ changes: [TensorChange]) -> [EarlierVersion.Place: TensorChange.Kind] {
            Dictionary(changes.map { (EarlierVersion.Place(file: $0.file, name: $0.name), $0.kind) }) { first, _ in
                first
            }
        }
        let (said, real) = (index(written.changes), index(found.changes))
        var contradictions: [Contradiction] = []
        for change in found.changes {
            let place = EarlierVersion.Place(file: change.file, name: change.name)
            let clause =
                said[place].map { WrittenFigures.clause($0, change.kind) } ?? "its author says that it is the same"
            if let clause { contradictions.append(Contradiction(place, clause)) }
        }
        for change in written.changes {
            let place = EarlierVersion.Place(file: change.file, name: change.name)
            // Where nothing was found to differ, nothing may be said to.
            if real[place] == nil, !change.isHarmless {
                contradictions.append(Contradiction(place, "its author says that it changed"))
            }
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

extension TensorChange {
    /// Whether it says that no element changed, as of one whose frames are cut otherwise.
    fileprivate var isHarmless: Bool {
        guard case .changed(let before, let after, let difference) = kind, before == after else { return false }
        if case .measured(let figures) = difference { return figures.changed == 0 && figures.distance == 0 }
        return false
    }
}
