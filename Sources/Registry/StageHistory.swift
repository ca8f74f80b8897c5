import Git
package import ModelCore

/// What happened to the stages of all models, as tags say.
///
/// The rules are GTO's (gto/base.py), so that both always agree: events count in the order of their taggers' times; a
/// version is in a stage when its last event there is a promotion and it was not taken back; of several such versions
/// the stage has the one that was promoted last. What was demoted therefore leaves the stage to whichever was promoted
/// before it and never demoted.
package struct StageHistory: Sendable {
    /// Every event, in the order in which they happened.
    package let events: [StageEvent]
    /// The models that were deprecated, with the tags that say so.
    package let deprecated: [ModelName: String]
    /// The numbers in the names of all tags of a model.
    private let counters: [ModelName: Counters]
    /// When anything last happened to a model, in seconds since 1970.
    private let lastTimes: [ModelName: Int64]
    /// When versions were last taken back or registered under a number, and when models that still are were taken back,
    /// in seconds since 1970.
    private let versionTimes: [TagName: Int64], deprecationTimes: [ModelName: Int64]

    /// Every model's events, in the order in which they happened.
    private let eventsByModel: [ModelName: [StageEvent]]

    /// Creates the history that tags tell; `versions` are all of theirs.
    ///
    /// Lightweight tags say nothing, as to GTO, nor do those of models in directories.
    package init(_ tags: RegistryTags, versions: [ModelVersion]) {
        var counters: [ModelName: Counters] = [:]
        var lastTimes: [ModelName: Int64] = [:]
        var deprecations: [ModelName: RegistryTags.Tag] = [:]
        var versionTimes: [TagName: Int64] = [:]
        var changes: [RegistryTags.Tag] = []
        for tag in tags.tags {
            guard let event = tag.event, let model = event.model else { continue }
            // A name is taken, whatever its tag is.
            if let counter = event.counter { counters[model, default: Counters()].insert(counter) }
            if case .registration(let version) = event.kind, event.counter != nil {
                // It outdoes what is earlier, whatever its object's name is.
                let name = TagName(model: model, version: version)
                versionTimes[name] = max(tag.time, versionTimes[name] ?? tag.time)
            }
            guard tag.hasOwnName else { continue }
            lastTimes[model] = max(tag.time, lastTimes[model] ?? tag.time)
            switch event.kind {
            case .assignment, .unassignment: changes.append(tag)
            case .deprecation:
                if let other = deprecations[model], !StageHistory.precedes(other, tag) { continue }
                deprecations[model] = tag
            case .deregistration(let version):
                let name = TagName(model: model, version: version)
                versionTimes[name] = max(tag.time, versionTimes[name] ?? tag.time)
            case .registration, .creation: continue
            }
        }
        // A plain version's name does not say whose it is.
        for version in versions where version.tag.model == nil {
            guard let time = version.annotation?.time else { continue }
            lastTimes[version.model] = max(time, lastTimes[version.model] ?? time)
        }
        let commits = Set(changes.map(\.reference.peeledID))
        let byCommit = Dictionary(grouping: versions.filter { commits.contains($0.commit) }) {
            Place(model: $0.model, commit: $0.commit)
        }
        events = changes.sorted(by: StageHistory.precedes).compactMap { StageHistory.event(of: $0, byCommit) }
        eventsByModel = Dictionary(grouping: events, by: \.model)
        // A version or stage that came after the deprecation takes it back.
        let standing = deprecations.filter { $0.value.time >= lastTimes[$0.key] ?? .min }
        deprecated = standing.mapValues(\.name)
        deprecationTimes = standing.mapValues(\.time)
        self.versionTimes = versionTimes
        self.counters = counters
        self.lastTimes = lastTimes
    }

    /// The numbers that are taken in the names of a model's tags.
    private struct Counters {
        /// Nobody has counted to this: what is beyond was made up, and numbers do not go on from there, for they would
        /// soon end.
        private static let limit: UInt64 = 1 << 53

        /// The highest that somebody may have counted to.
        private var highest: UInt64 = 0
        /// Those beyond.
        private var others: Set<UInt64> = []

        mutating func insert(_ counter: UInt64) {
            if counter < Counters.limit { highest = max(counter, highest) } else { others.insert(counter) }
        }

        /// The first number behind the highest that is not taken.
        var next: UInt64 {
            var next = highest + 1
            while others.contains(next) { next += 1 }
            return next
        }
    }

    private static func precedes(_ left: RegistryTags.Tag, _ right: RegistryTags.Tag) -> Bool {
        let (leftCounter, rightCounter) = (left.event?.counter ?? 0, right.event?.counter ?? 0)
        if (left.time, leftCounter) != (right.time, rightCounter) {
            return (left.time, leftCounter) < (right.time, rightCounter)
        }
        return left.name < right.name
    }

    /// A commit as a version of one model.
    private struct Place: Hashable {
        let model: ModelName
        let commit: GitObjectID
    }

    private static func event(of tag: RegistryTags.Tag, _ versions: [Place: [ModelVersion]]) -> StageEvent? {
        guard let model = tag.event?.model, let annotation = tag.annotation else { return nil }
        let change: (kind: StageEvent.Kind, stage: StageName)
        switch tag.event?.kind {
        case .assignment(let stage): change = (.promotion, stage)
        case .unassignment(let stage): change = (.demotion, stage)
        default: return nil
        }
        let here = versions[Place(model: model, commit: tag.reference.peeledID)] ?? []
        // What was made of the commit later nobody can have meant.
        let earlier = here.filter { ($0.annotation?.time ?? .min) <= tag.time }
        var meant = earlier.last ?? here.last
        if here.count > 1, let trailers = StageTrailers(message: annotation.message) {
            // GTO refuses a commit with two versions; what the message says tells them apart.
            meant = here.first { $0.version == trailers.version } ?? meant
        }
        return StageEvent(change.kind, of: model, in: change.stage, meant, tag: tag, annotation)
    }
}

extension StageHistory {
    /// Returns the promotions that hold, the last first: of each version that is in the stage the last one.
    ///
    /// `time`, in seconds since 1970, is the last one that counts.
    package func assignments(of model: ModelName, to stage: StageName, at time: Int64 = .max) -> [StageEvent] {
        promotions(of: model, to: stage, at: time).filter { event in
            event.version?.withdrawal.map { $0.time <= time } != true
        }
    }

    /// Returns the promotions that hold, or would if their versions were not taken back: no demotion followed them.
    ///
    /// Order and `time` are as for `assignments`.
    package func promotions(of model: ModelName, to stage: StageName, at time: Int64 = .max) -> [StageEvent] {
        var seen: Set<GitObjectID> = []
        var found: [StageEvent] = []
        for event in (eventsByModel[model] ?? []).reversed() where event.stage == stage && event.time <= time {
            // The version is its commit, as it is for GTO, unless several are made of one.
            let identity = event.version?.annotation?.id ?? event.commit
            if seen.insert(identity).inserted, event.kind == .promotion { found.append(event) }
        }
        return found
    }

    /// Returns the promotion that gave a stage the version that it has; `nil` where it has none.
    package func current(of model: ModelName, in stage: StageName, at time: Int64 = .max) -> StageEvent? {
        assignments(of: model, to: stage, at: time).first
    }

    /// Returns the last event of a stage, of either kind; `nil` where nothing happened to it.
    package func last(of model: ModelName, in stage: StageName) -> StageEvent? {
        eventsByModel[model]?.last { $0.stage == stage }
    }

    /// Returns the stages that a model ever had, sorted.
    package func stages(of model: ModelName) -> [StageName] {
        Set(eventsByModel[model]?.lazy.map(\.stage) ?? []).sorted()
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
    package func nextCounter(of model: ModelName) -> UInt64 { counters[model]?.next ?? 1 }

    /// Returns when the next event of a model may be said to happen, where it is `now`: after all earlier ones.
    ///
    /// Both are seconds since 1970. Clocks differ, and the order of events is that of their times.
    package func nextTime(of model: ModelName, now: Int64) -> Int64 { max(now, (lastTimes[model] ?? .min / 2) + 1) }

    /// Returns when a version that is tagged at `now` may be said to be made: after what took it or its model back, and
    /// after what GTO registered as the same version, which would count instead.
    ///
    /// Both are seconds since 1970. What else happened to the model is no reason for another time than the user's.
    package func versionTime(of version: SemanticVersion, _ model: ModelName, now: Int64) -> Int64 {
        let times = [versionTimes[TagName(model: model, version: version)], deprecationTimes[model]]
        return max(now, (times.compactMap { $0 }.max() ?? .min / 2) + 1)
    }
}
