import ModelCore
import Store

/// What is left to do, as one look at a remote shows it, until nothing there needs or finds what only some objects
/// have.
struct RemotePurgePlan: Sendable {
    let survey: RemoteSurvey
    /// What every root needs, the purged objects aside, without the packs below where that can be.
    private(set) var mark: RemoteMark
    /// Roots that name what is to go.
    let claims: [RootRecord]
    /// The frames that only objects have that are to go.
    private(set) var frames: Set<Digest> = []
    /// The packs that are there and hold any of these, or differences to them, from which they can be worked out.
    private(set) var packs: Set<Digest> = []
    /// Objects that stay and that the remote would not have whole without those packs.
    private(set) var affected: [Pointer] = []
    /// What has to be sent anew of these objects, as it is now.
    private(set) var lacking: [Digest: FrameLocation] = [:]
    /// The objects that would go, but for others that have every byte of them.
    private(set) var shared: Set<Digest> = []
    /// Whether the remote says of each object that it was purged.
    let isMarked: Bool

    /// Plans by one look; frames that are `kept` stay, whatever the remote says of them.
    init(
        _ request: RemotePurge.Request,
        _ source: RemoteStore,
        local: LocalStore,
        keeping kept: Set<Digest>
    ) async throws {
        survey = try await RemoteSurvey(of: source)
        let victims = request.oids
        let known = request.live + request.victims
        mark = try await RemoteMark(survey, of: source, local: local, known: known, except: victims)
        claims = survey.roots.map(\.record).filter { !victims.isDisjoint(with: $0.oids) }
        isMarked = survey.purged.isSuperset(of: victims)
        let walk = RemoteWalk(source: source, local: local, survey: survey)
        for victim in request.victims {
            let all = try await walk.everyFrame(of: victim)
            let sole = all.subtracting(kept).subtracting(mark.own)
            if !all.isEmpty, sole.isEmpty { shared.insert(victim.oid) }
            frames.formUnion(sole)
        }
        if !frames.isEmpty { packs = RemotePurgePlan.packs(telling: frames, in: survey) }
        if !packs.isEmpty {
            try await findAffected(by: RemoteWalk(source: source, local: local, survey: survey, without: packs))
        }
    }

    private static func packs(telling frames: Set<Digest>, in survey: RemoteSurvey) -> Set<Digest> {
        var packs: Set<Digest> = []
        for file in survey.indexes.files {
            for position in 0..<file.frameCount {
                guard let copy = file.frame(at: position), survey.packs[copy.pack] != nil else { continue }
                if frames.contains(copy.entry.id) || copy.base.map(frames.contains) == true { packs.insert(copy.pack) }
            }
        }
        return packs
    }

    private mutating func findAffected(by walk: RemoteWalk) async throws {
        for pointer in mark.pointers {
            guard let found = mark.closures[pointer.oid] else { continue }
            // No object needs a comparison; what there is goes along with others.
            let comparisons = Set(found.objects.filter { $0.kind == .comparison }.map(\.frame))
            let missing = Set(found.own).subtracting(comparisons).filter { !survey.has($0, without: packs) }
            guard !missing.isEmpty else { continue }
            if let other = try await walk.run(pointer) {
                // By another manifest it is whole.
                mark.note(other, of: pointer.oid)
                continue
            }
            affected.append(pointer)
            for frame in found.frames where missing.contains(frame.entry.id) { lacking[frame.entry.id] = frame }
        }
    }

    /// The packs to be buried.
    var unburied: [Digest] { packs.filter { survey.tombs[$0] == nil }.sorted() }

    /// Whether all that is left is to hide what was buried: nobody can count on it any more, and no root needs it.
    ///
    /// The tombs were there before the roots were listed. Whoever was told before the tombs came up that a push is
    /// complete has a root in that list; whoever looks later sees the tombs, and sends again what they hide.
    var isSettled: Bool { isMarked && claims.isEmpty && affected.isEmpty && unburied.isEmpty }

    /// Of a plan that is settled: the buried packs that no root needs, whoever buried them.
    var hidden: Set<Digest> {
        let needed = Set(mark.closures.values.lazy.flatMap(\.frames).map(\.pack))
        return Set(survey.tombs.keys).subtracting(needed).union(packs)
    }

    /// The size of the packs that are there and not buried, in bytes.
    var byteCount: Int64 {
        survey.packs.reduce(0) { $0 + (survey.tombs[$1.key] == nil ? $1.value.size : 0) }
    }

    /// About how large they would be after the plan was carried out.
    var byteCountAfterwards: Int64 {
        let gone = unburied.reduce(0) { $0 + (survey.packs[$1]?.size ?? 0) }
        let sent = lacking.values.reduce(0) { sum, frame in
            sum + (frame.base == nil ? Int64(frame.entry.recordLength) : Int64(frame.entry.rawLength))
        }
        return byteCount - gone + sent
    }

    /// When collection can delete the last of these packs that are buried, in ns; `nil` where none is.
    func goneAfter(_ packs: some Sequence<Digest>) -> Int64? {
        packs.compactMap { survey.tombs[$0] }.max().map { $0 + RemoteCollection.gracePeriod }
    }
}
