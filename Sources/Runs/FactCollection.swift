/// Values by their names, as several sources tell them, which are asked in the order of their weight.
///
/// A name stands for the first source that tells of it. Of a second one from another place it has that place in front.
/// Two spellings of a nested name, `train/loss` and `train.loss`, are one.
struct FactCollection<Value: Sendable>: Sendable {
    /// Whose value it is.
    enum Owner: Equatable {
        /// A directory's, from the top of the repository: its files tell the same things.
        case directory(String)
        /// An artifact's, whose run tells what files may tell, too.
        case artifact(String)
    }

    private(set) var facts: [String: TrainingFacts.Fact<Value>] = [:]
    private var owners: [String: Owner] = [:]

    /// Notes what a source tells, unless the same place has told it.
    ///
    /// Damaged files are those that count more, and may have told the same: what another directory's file tells has its
    /// place in front then, too.
    mutating func add(
        _ name: String,
        _ value: Value,
        from source: TrainingFacts.Source,
        of owner: Owner,
        behind damaged: [TrainingFacts.DamagedFile] = []
    ) {
        let fact = TrainingFacts.Fact(value: value, source: source, doubt: damaged.first?.problem)
        switch (owners[NestedName.key(name)], owner) {
        case (nil, .directory(let place)) where damaged.contains { $0.file.directory != place }:
            let qualified = place.isEmpty ? name : "\(place)/\(name)"
            if owners[NestedName.key(qualified)] == nil { claim(qualified, fact, owner) }
        case (nil, _): claim(name, fact, owner)
        case (let first?, _) where first == owner: return
        // A file is what its commit says; the run may be older.
        case (.directory?, .artifact): return
        case (_, .directory(let place)), (_, .artifact(let place)):
            let qualified = place.isEmpty ? name : "\(place)/\(name)"
            if owners[NestedName.key(qualified)] == nil { claim(qualified, fact, owner) }
        }
    }

    private mutating func claim(_ name: String, _ fact: TrainingFacts.Fact<Value>, _ owner: Owner) {
        owners[NestedName.key(name)] = owner
        facts[name] = fact
    }
}
