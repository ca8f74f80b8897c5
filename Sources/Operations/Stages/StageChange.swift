import Git
import ModelCore
import Registry
import SystemIO

/// A promotion or demotion that is about to become a tag.
struct StageChange {
    let workspace: Workspace
    let kind: StageEvent.Kind
    let stage: StageName
    let version: ModelVersion
    /// What the user says about it; each is a paragraph.
    let messages: [String]
    /// The gates that were passed.
    let gates: [GateResult]
    let isSigned: Bool

    /// What became of it.
    struct Outcome {
        /// The tag's name.
        let tag: String
        /// Whether it was made just now; else it was here and only pushed.
        let isNew: Bool
        /// The Git remote that has it; `nil` for a draft.
        let remote: String?
    }

    /// Makes the tag here, and in a Git remote in the same moment, where one is given: there, of two that are made at
    /// once, one fails.
    ///
    /// A tag that could not be pushed is taken away again.
    func make(after history: StageHistory, pushingTo remote: StageRemote?) async throws -> Outcome {
        if let remote {
            let draft = history.last(of: version.model, in: stage).flatMap { last in
                isSame(last) && !remote.has(last.tag) ? last : nil
            }
            try requireNoDraft(in: history, remote, but: draft)
            if let draft {
                try requireSaid(by: draft)
                try await push(draft.tag, draft.annotation.id, to: remote)
                return Outcome(tag: draft.tag, isNew: false, remote: remote.name)
            }
        }
        let kind: GTOEvent.Kind = kind == .promotion ? .assignment(stage) : .unassignment(stage)
        let name = GTOEvent(version.model, kind, counter: history.nextCounter(of: version.model)).tagName
        let reference = StageReference.name(of: version.model, stage)
        let before = try await workspace.repository.objects.reference(reference)?.objectID
        // From here on what is made is a draft, whatever becomes of this process.
        try await remember(version.commit, in: pendingReference)
        let id: GitObjectID
        do { id = try await makeTag(name, after: history) } catch {
            await takeBack(name, nil, to: before)
            throw error
        }
        do { try await remember(id, in: reference) } catch {
            await takeBack(name, id, to: before)
            throw error
        }
        await forgetPending()
        if let remote {
            do { try await push(name, id, to: remote) } catch {
                await takeBack(name, id, to: before)
                throw error
            }
        }
        return Outcome(tag: name, isNew: true, remote: remote?.name)
    }

    /// Brings a Git remote's reference of a stage to the last event, where that was a draft whose tag got there without
    /// it, as `git push --tags` does.
    static func complete(
        _ last: StageEvent,
        of version: ModelVersion,
        at remote: StageRemote,
        in workspace: Workspace
    ) async throws {
        let id = last.annotation.id
        let reference = StageReference.name(of: last.model, last.stage)
        guard remote.reference(of: last.stage) != id,
            try await workspace.repository.objects.reference(reference)?.objectID == id
        else { return }
        let change = StageChange(
            workspace: workspace,
            kind: last.kind,
            stage: last.stage,
            version: version,
            messages: [],
            gates: [],
            isSigned: false
        )
        try await change.push(last.tag, id, to: remote)
    }

    private var pendingReference: String { StageReference.pendingName(of: version.model, stage) }

    private func makeTag(_ name: String, after history: StageHistory) async throws -> GitObjectID {
        try await workspace.repository.createTag(
            name,
            on: version.commit,
            message: message(after: history.last(of: version.model, in: stage)?.annotation.id.hex, gates.map(\.line)),
            signing: isSigned ? .always : .asConfigured,
            at: history.nextTime(of: version.model, now: workspace.context.taggerTime)
        )
    }

    private func isSame(_ event: StageEvent) -> Bool {
        event.kind == kind && event.version?.tag == version.tag
    }

    private func message(after previous: String?, _ gates: [String]) -> String {
        let words = messages.joined(separator: "\n\n").split(
            separator: "\n",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let usual =
            kind == .promotion
            ? "Promote \(version.model) \(version.version) to \(stage)"
            : "Take \(version.model) \(version.version) out of \(stage)"
        let subject = words.first.flatMap { $0.isEmpty ? nil : String($0) } ?? usual
        let body = words.count == 2 ? String(words[1]) : ""
        let trailers = StageTrailers(
            stage: stage,
            model: version.model,
            version: version.version,
            previous: previous,
            gates: gates
        )
        return VersionTag.message(subject: subject, body: body, trailers: trailers.text)
    }

    /// Throws where a draft that is to be pushed does not say what the user says now, or was asked for something else
    /// than gates ask for now.
    private func requireSaid(by draft: StageEvent) throws {
        let name = "\(version.model)@\(version.version)"
        let drop = "drop the draft, then do it again: `git tag -d \(ShellWord.quoted(draft.tag))`"
        let refusal = "cannot push the draft \(draft.tag)"
        // GTO's own, and those of rollbacks, say nothing of gates.
        let said = draft.trailers?.gates ?? []
        guard said.isEmpty || asks(for: said) else {
            throw Failure(.failed, "\(refusal): the gates of \(stage) say something else now", hints: [drop])
        }
        let wanted = message(after: draft.trailers?.previous, said.isEmpty ? gates.map(\.line) : said)
        let isSaid = messages.isEmpty || draft.annotation.message == wanted
        guard isSaid, !isSigned || draft.annotation.isSigned else {
            let verb = kind == .promotion ? "promote" : "demote"
            throw Failure(
                .failed,
                "\(refusal): it \(isSaid ? "is not signed" : "has another message")",
                hints: [drop, "or push it as it is: `git model \(verb) \(name) \(stage)`"]
            )
        }
    }

    /// Whether lines that a draft has are of the same gates; what was found may be another by now, as a later test is.
    private func asks(for lines: [String]) -> Bool {
        lines.count == gates.count && zip(lines, gates).allSatisfy { $0.hasPrefix("\($1.gate): ") }
    }

    /// Events that only this clone has would come before this one in its history, and not in anybody else's.
    private func requireNoDraft(in history: StageHistory, _ remote: StageRemote, but own: StageEvent?) throws {
        let events = history.events.filter { $0.model == version.model && $0.stage == stage }
        let drafts = events.filter { !remote.has($0.tag, $0.annotation.id) }
        guard let draft = drafts.first, drafts.count > 1 || draft != own else { return }
        let drop = "`git tag -d \(drafts.map { ShellWord.quoted($0.tag) }.joined(separator: " "))`"
        let refusal = "\(stage) of \(version.model) has"
        guard events.suffix(drafts.count).elementsEqual(drafts) else {
            throw Failure(
                .failed,
                "\(refusal) a draft that \(remote.name) does not have, and that others went past: \(draft.tag)",
                hints: ["drop it: `git tag -d \(ShellWord.quoted(draft.tag))`"]
            )
        }
        guard drafts.count == 1 else {
            let tags = drafts.map(\.tag).joined(separator: ", ")
            throw Failure(
                .failed,
                "\(refusal) several drafts that \(remote.name) does not have: \(tags)",
                hints: ["drop them, then do what others are to see: \(drop)"]
            )
        }
        let verb = draft.kind == .promotion ? "promote" : "demote"
        let name = draft.version.map { "\($0.model)@\($0.version)" } ?? draft.commit.abbreviated
        throw Failure(
            .failed,
            "\(refusal) a draft that \(remote.name) does not have: \(draft.tag)",
            hints: ["push it: `git model \(verb) \(name) \(stage)`", "or drop it: \(drop)"]
        )
    }

    /// Pushes the tag and the stage's reference, both or none, if nobody moved the latter since it was looked at.
    private func push(_ tag: String, _ id: GitObjectID, to remote: StageRemote) async throws {
        let reference = StageReference.name(of: version.model, stage)
        let expected = remote.reference(of: stage)
        let tagName = TagName.referencePrefix + tag
        do {
            try await workspace.repository.pushAtomically(
                // A refspec that replaces would do so whatever is expected.
                [try GitRefspec(tagName), try GitRefspec(tagName, to: reference)],
                expecting: [reference: expected],
                to: remote.name,
                isCaptured: !workspace.context.isInteractive || workspace.context.isMachineRead,
                environment: workspace.repository.hookGuard
            )
        } catch {
            if workspace.context.cancellation.isCancelled { throw error }
            // The words of a refusal are for people, and in their language; the remote itself says what happened.
            let after = try await StageRemote(remote.name, of: version.model, in: workspace)
            // The answer may have got lost.
            if after.reference(of: stage) == id, after.has(tag, id) { return await noteArrival(of: id, at: remote) }
            guard after.reference(of: stage) == expected, !after.has(tag) || remote.has(tag) else {
                throw Failure(
                    .failed,
                    "\(stage) of \(version.model) was changed by somebody else at this moment, and so nothing was done",
                    hints: ["see by whom: `git model stages --check-remote`, then decide again"]
                )
            }
            throw Failure(
                nil,
                "\(remote.name) did not take the tag \(tag), and so nothing was done",
                hints: ["make a draft, which only this clone has: `--local`"],
                cause: error
            )
        }
        await noteArrival(of: id, at: remote)
    }

    /// Notes what the remote has; that this does not work changes nothing about that.
    private func noteArrival(of id: GitObjectID, at remote: StageRemote) async {
        try? await remember(id, in: StageReference.name(of: version.model, stage))
        try? await remember(id, in: StageReference.name(of: version.model, stage, at: remote.name))
        await forgetPending()
    }

    private func forgetPending() async {
        guard let pending = try? await workspace.repository.objects.reference(pendingReference) else { return }
        try? await workspace.repository.deleteReference(pending.name, expecting: pending.objectID)
    }

    /// Takes a tag that could not be made whole or be pushed away again, also where the user interrupted that.
    private func takeBack(_ tag: String, _ id: GitObjectID?, to before: GitObjectID?) async {
        let repository = workspace.repository
        let reference = StageReference.name(of: version.model, stage)
        let cleaning = Task.detached {
            if let id {
                try? await repository.deleteTag(tag)
                if let before {
                    try? await repository.updateReference(reference, to: before, expecting: id, reason: nil)
                } else {
                    try? await repository.deleteReference(reference, expecting: id)
                }
            }
            // One that Git made all the same, or that could not be deleted, stays a draft.
            guard (try? await repository.objects.reference(TagName.referencePrefix + tag)) == nil else { return }
            await forgetPending()
        }
        await cleaning.value
    }

    private func remember(_ id: GitObjectID, in reference: String) async throws {
        let old = try await workspace.repository.objects.reference(reference)?.objectID
        guard old != id else { return }
        try await workspace.repository.updateReference(reference, to: id, expecting: old, reason: nil)
    }
}

extension Context {
    /// The time that a tag made now has, in seconds since 1970: Git's own variable, where it is set as RFC 3339 has it
    /// or to a number, else the clock.
    var taggerTime: Int64 {
        let clock = now() / 1_000_000_000
        guard let text = environment["GIT_COMMITTER_DATE"] else { return clock }
        let number = text.drop { $0 == "@" }.prefix { $0 != " " }
        return CivilDate.secondsSince1970(parsing: text) ?? Int64(number) ?? clock
    }
}
