package import ModelCore

/// Which objects a store keeps in full, and which it keeps as differences to which.
package struct RepackOrder: Sendable {
    /// An object, and the version of the same artifact that it becomes a difference to; `nil` where it is kept in full.
    struct Step: Sendable {
        let pointer: Pointer
        let base: Pointer?
    }

    /// The steps, each after that of its base.
    let generations: [[Step]]

    /// The order in which nothing is to change.
    package static let none = RepackOrder(newest: [], histories: [])

    /// Creates the order in which `newest` is kept in full; each of `histories` has the versions of one artifact,
    /// newest first.
    ///
    /// From those that are full, histories become chains in every direction: later versions are differences too, and
    /// where an artifact was renamed, its history goes on under the other name.
    package init(newest: [Pointer], histories: [[Pointer]]) {
        var neighbours: [Pointer: [Pointer]] = [:]
        for history in histories {
            for (later, earlier) in zip(history, history.dropFirst()) {
                neighbours[later, default: []].append(earlier)
                neighbours[earlier, default: []].append(later)
            }
        }
        var generations: [[Step]] = []
        var seen = Set(newest)
        var next = newest.map { Step(pointer: $0, base: nil) }
        while !next.isEmpty {
            generations.append(next)
            next = next.flatMap { step in
                (neighbours[step.pointer] ?? []).filter { seen.insert($0).inserted }.map {
                    Step(pointer: $0, base: step.pointer)
                }
            }
        }
        self.generations = generations
    }
}
