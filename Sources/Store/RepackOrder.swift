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

    /// Creates the order in which `newest` is kept in full; each of `histories` has the versions of one artifact, newest first.
    ///
    /// From the newest kept one, a history becomes a chain in both directions: later versions are differences to it, too.
    package init(newest: [Pointer], histories: [[Pointer]]) {
        let kept = Set(newest)
        var generations = [newest.map { Step(pointer: $0, base: nil) }]
        func add(_ pointers: [Pointer]) {
            for (distance, pair) in zip(pointers.dropFirst(), pointers).enumerated() where !kept.contains(pair.0) {
                while generations.count < distance + 2 { generations.append([]) }
                generations[distance + 1].append(Step(pointer: pair.0, base: pair.1))
            }
        }
        for history in histories {
            guard let anchor = history.firstIndex(where: kept.contains) else { continue }
            add(Array(history[...anchor].reversed()))
            add(Array(history[anchor...]))
        }
        self.generations = generations
    }
}
