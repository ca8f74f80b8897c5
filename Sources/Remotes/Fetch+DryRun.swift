package import ModelCore
package import Store
import SystemIO

extension Fetch {
    /// Returns what `run` would fetch, as long as no frame that the remote has turns out to be damaged.
    package func dryRun(
        _ pointers: [Pointer],
        seeds: ([Pointer]) async throws -> [Digest: [Seed]] = { _ in [:] }
    ) async throws -> Report {
        var report = Report()
        try await source.requireReadable()
        var closure = RemoteClosure(source: source, local: local)
        let absent = try await pool.run { self.absent(pointers) }
        guard !absent.isEmpty else { return report }
        let seeds = try await seeds(absent)
        let ingest = SeedIngest(local, pool: pool, cancellation: cancellation)
        for pointer in absent {
            do {
                guard var (found, reach) = try await find(pointer, in: closure) else {
                    report.missing.append(pointer.oid)
                    continue
                }
                if let seeds = seeds[pointer.oid], !found.frames.isEmpty {
                    closure.expect(try await ingest.find(found.wanted, in: seeds).map { ($0, 0) })
                    if let rest = try await find(pointer, in: closure) { (found, reach) = rest }
                }
                report.add(Arrival(byteCount: found.byteCount, reach: reach), of: pointer)
                // What has come for one object does not come again for the next.
                closure.expect(found.frames.map { ($0.entry.id, $0.entry.depth) })
            } catch let error as RemoteError where error.leavesOthers && absent.count > 1 {
                report.damaged.append((pointer.oid, error))
            }
        }
        return report
    }

    private func find(
        _ pointer: Pointer,
        in closure: RemoteClosure
    ) async throws -> (found: RemoteClosure.Found, reach: RemoteWalk.Reach)? {
        var failure: RemoteError?
        do {
            if let hint = try await closure.hint(pointer) { return (hint, .remote) }
        } catch let error as RemoteError where error.isAboutContent {
            // The indexes know better than a damaged hint, where there is a list of them.
            failure = error
        }
        do {
            if let found = try await closure.search(pointer) { return (found, .remote) }
        } catch let error as RemoteError where error.isUnlisted {
            if let failure { throw failure }
            guard try await source.isPurged(pointer.oid) else { throw error }
            return nil
        }
        return try await closure.searchRest(pointer).map { ($0, .remoteAndStore) }
    }
}
