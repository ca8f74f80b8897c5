import ModelCore

/// Asks a server for the actions of objects, those that are wanted at the same time or announced in one request.
actor LFSQueue {
    private let operation: LFSOperation
    private let server: LFSServer
    private let now: @Sendable () -> Int64
    private var waiting: [LFSPointer: String] = [:]
    private var announced: Set<LFSPointer> = []
    private var outcomes: [Digest: Result<LFSAnswer?, RemoteError>] = [:]
    private var running: Task<Void, Never>?

    init(_ operation: LFSOperation, server: LFSServer, now: @escaping @Sendable () -> Int64) {
        self.operation = operation
        self.server = server
        self.now = now
    }

    /// Says that objects will be asked for before long.
    func announce(_ objects: [LFSPointer]) { announced.formUnion(objects) }

    /// Forgets what the server said of an object, because it did not hold.
    func forget(_ object: LFSPointer) { outcomes[object.oid] = nil }

    /// Returns what the server says of an object, which `file` names in messages; `nil` where it says nothing.
    func answer(for object: LFSPointer, _ file: String) async throws(RemoteError) -> LFSAnswer? {
        if case .success(let answer) = outcomes[object.oid], answer?.isCurrent(at: now()) == true { return answer }
        outcomes[object.oid] = nil
        waiting[object] = file
        while true {
            if let running {
                await running.value
            } else {
                let task = Task { await self.ask() }
                running = task
                await task.value
            }
            guard let outcome = outcomes[object.oid] else {
                // More were waiting than go into one request, or another who waited took the failure away.
                waiting[object] = file
                continue
            }
            if case .failure = outcome { outcomes[object.oid] = nil }
            return try outcome.get()
        }
    }

    private func ask() async {
        defer { running = nil }
        var batch = Array(waiting.keys.prefix(LFSBatch.maximumCount))
        let file = batch.first.flatMap { waiting[$0] } ?? "LFS"
        for object in batch { waiting[object] = nil }
        announced.subtract(batch)
        let ahead = announced.prefix(LFSBatch.maximumCount - batch.count)
        announced.subtract(ahead)
        let wanted = batch.count
        batch += ahead
        do throws(RemoteError) {
            let request = LFSBatch(operation: operation, objects: batch)
            let answers = try await server.answers(to: request, about: file)
            for (position, object) in batch.enumerated() where position < wanted || answers[object.oid] != nil {
                outcomes[object.oid] = .success(answers[object.oid])
            }
        } catch {
            for object in batch[..<wanted] { outcomes[object.oid] = .failure(error) }
        }
    }
}
