package import Git
package import ModelCore

/// What happened to the stages of all models, as tags say.
///
/// The rules are GTO's (gto/base.py), so that both always agree: events count in the order of their taggers' times; a version is in a
/// stage when its last event there is a promotion and it was not taken back; of several such versions the stage has the one that
/// was promoted last. What was demoted therefore leaves the stage to whichever was promoted before it and never demoted.
package struct StageHistory: Sendable {
    /// Every event, in the order in which they happened.
    package let events: [StageEvent]
    /// The models that were deprecated, with the tags that say so.
    package let deprecated: [ModelName: String]
    /// The highest number in a name of any tag of a model.
    private let counters: [ModelName: UInt64]
    /// When anything last happened to a model, in seconds since 1970.
    private let lastTimes: [ModelName: Int64]

    /// Reads the tags of a repository; `versions` are all its versions.
    ///
    /// Lightweight tags say nothing, as to GTO, nor do those of models in directories. With `stage`, only its events are read, which is
    /// quicker.
    package static func all(
        in repository: GitRepository,
        versions: [ModelVersion],
        of stage: StageName? = nil
    ) async throws(GitError) -> StageHistory {
        let references = try await repository.objects.references(prefix: TagName.referencePrefix)
        var found: [(reference: GitReference, event: GTOEvent, model: ModelName)] = []
        for reference in references where reference.isAnnotated {
            guard let event = GTOEvent(reference.name.dropFirst(TagName.referencePrefix.count)), let model = event.model
            else { continue }
            if case .registration = event.kind, event.counter == nil { continue }
            if let stage, event.kind != .assignment(stage), event.kind != .unassignment(stage) { continue }
            found.append((reference, event, model))
        }
        let annotations = try await repository.objects.annotations(found.map(\.reference.objectID))
        return StageHistory(
            found.compactMap { tag in
                guard let annotation = annotations[tag.reference.objectID] else { return nil }
                let own = Tag(reference: tag.reference, event: tag.event, model: tag.model, annotation: annotation)
                // A tag object that somebody gave another name says nothing under that one.
                return annotation.name == own.name ? own : nil
            },
            versions
        )
    }

    /// An annotated tag that tells of an event.
    private struct Tag {
        let reference: GitReference
        let event: GTOEvent
        let model: ModelName
        let annotation: GitAnnotation

        var name: String { String(reference.name.dropFirst(TagName.referencePrefix.count)) }
        var time: Int64 { annotation.tagger?.time ?? 0 }

        static func precedes(_ left: Tag, _ right: Tag) -> Bool {
            let (leftCounter, rightCounter) = (left.event.counter ?? 0, right.event.counter ?? 0)
            if (left.time, leftCounter) != (right.time, rightCounter) {
                return (left.time, leftCounter) < (right.time, rightCounter)
            }
            return left.name < right.name
        }
    }

    private init(_ tags: [Tag], _ versions: [ModelVersion]) {
        let byCommit = Dictionary(grouping: versions) { Place(model: $0.model, commit: $0.commit) }
        var events: [StageEvent] = []
        var deprecated: [ModelName: String] = [:]
        var counters: [ModelName: UInt64] = [:]
        var lastTimes: [ModelName: Int64] = [:]
        for version in versions {
            guard let time = version.annotation?.tagger?.time else { continue }
            lastTimes[version.model] = max(time, lastTimes[version.model] ?? time)
        }
        let sorted = tags.indices.sorted { Tag.precedes(tags[$0], tags[$1]) }.map { tags[$0] }
        for tag in sorted {
            counters[tag.model] = max(tag.event.counter ?? 0, counters[tag.model] ?? 0)
            lastTimes[tag.model] = max(tag.time, lastTimes[tag.model] ?? tag.time)
            if tag.event.kind == .deprecation { deprecated[tag.model] = tag.name }
            if let event = StageHistory.event(of: tag, byCommit) { events.append(event) }
        }
        // A version or stage that came after the deprecation takes it back.
        for (model, name) in deprecated {
            guard let time = tags.first(where: { $0.name == name })?.time, let last = lastTimes[model] else { continue }
            if last > time { deprecated[model] = nil }
        }
        self.events = events
        self.deprecated = deprecated
        self.counters = counters
        self.lastTimes = lastTimes
    }

    /// A commit as a version of one model.
    private struct Place: Hashable {
        let model: ModelName
        let commit: GitObjectID
    }

    private static func event(of tag: Tag, _ versions: [Place: [ModelVersion]]) -> StageEvent? {
        let change: (kind: StageEvent.Kind, stage: StageName)
        switch tag.event.kind {
        case .assignment(let stage): change = (.promotion, stage)
        case .unassignment(let stage): change = (.demotion, stage)
        default: return nil
        }
        let trailers = StageTrailers(message: tag.annotation.message)
        let here = versions[Place(model: tag.model, commit: tag.reference.peeledID)] ?? []
        // GTO refuses a commit with two versions; what the message says tells them apart.
        let meant = here.first { $0.version == trailers?.version } ?? here.last
        return StageEvent(
            kind: change.kind,
            model: tag.model,
            stage: change.stage,
            version: meant,
            commit: tag.reference.peeledID,
            tag: tag.name,
            annotation: tag.annotation,
            counter: tag.event.counter,
            trailers: trailers
        )
    }
}

extension StageHistory {
    /// Returns the promotions that hold, the last first: of each version that is in the stage the last one.
    ///
    /// `time`, in seconds since 1970, is the last one that counts.
    package func assignments(of model: ModelName, to stage: StageName, at time: Int64 = .max) -> [StageEvent] {
        var seen: Set<GitObjectID> = []
        var found: [StageEvent] = []
        for event in events.reversed() where event.model == model && event.stage == stage && event.time <= time {
            // The version is its commit, as it is for GTO, unless several are made of one.
            let identity = event.version?.annotation?.id ?? event.commit
            guard seen.insert(identity).inserted, event.kind == .promotion else { continue }
            if event.version?.withdrawalTime.map({ $0 <= time }) != true { found.append(event) }
        }
        return found
    }

    /// Returns the promotion that gave a stage the version that it has; `nil` where it has none.
    package func current(of model: ModelName, in stage: StageName, at time: Int64 = .max) -> StageEvent? {
        assignments(of: model, to: stage, at: time).first
    }

    /// Returns the last event of a stage, of either kind; `nil` where nothing happened to it.
    package func last(of model: ModelName, in stage: StageName) -> StageEvent? {
        events.last { $0.model == model && $0.stage == stage }
    }

    /// Returns the stages that a model ever had, sorted.
    package func stages(of model: ModelName) -> [StageName] {
        Set(events.lazy.filter { $0.model == model }.map(\.stage)).sorted()
    }

    /// The models that have stages, sorted.
    package var models: [ModelName] { Set(events.map(\.model)).sorted() }

    /// The stages that have a version now, sorted, by the version's tag.
    package var stagesByVersion: [TagName: [StageName]] {
        var found: [TagName: [StageName]] = [:]
        for model in models {
            for stage in stages(of: model) {
                if let tag = current(of: model, in: stage)?.version?.tag { found[tag, default: []].append(stage) }
            }
        }
        return found
    }

    /// Returns the number for the next event of a model.
    package func nextCounter(of model: ModelName) -> UInt64 { (counters[model] ?? 0) + 1 }

    /// Returns when the next event of a model may be said to happen, where it is `now`: after all earlier ones.
    ///
    /// Both are seconds since 1970. Clocks differ, and the order of events is that of their times.
    package func nextTime(of model: ModelName, now: Int64) -> Int64 { max(now, (lastTimes[model] ?? .min / 2) + 1) }
}
