extension Sequence where Element: Sendable {
    /// Runs a body for each element, at most `count` at once, and returns when all are done; the first error ends the
    /// others.
    func forEach(atOnce count: Int, _ body: @escaping @Sendable (Element) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var next = makeIterator()
            func start() {
                guard let element = next.next() else { return }
                group.addTask { try await body(element) }
            }
            for _ in 0..<count { start() }
            while try await group.next() != nil { start() }
        }
    }
}
