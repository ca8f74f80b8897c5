import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Deliveries to one directory, of which one ends as the next begins.
@Suite struct DeliveryTests {
    private let scratch: ScratchRepository
    private let output: FilePath
    private let context: Context

    init() async throws {
        scratch = try await ScratchRepository(initialized: false)
        output = scratch.path.appending("out")
        context = Context(
            environment: scratch.environment,
            workingDirectory: scratch.path,
            now: { 1_800_000_000_000_000_000 },
            cancellation: Cancellation()
        )
    }

    /// Begins a delivery that stores a file, and returns whether nobody else's was in the way.
    private func begin(storing name: String) throws -> Bool {
        do {
            let delivery = try Delivery(to: output, in: context)
            try write("store/\(name)", in: delivery.scratch)
            return true
        } catch LockError.held { return false }
    }

    private func write(_ path: String, in directory: FilePath) throws {
        let file = directory.appending(path)
        try Directories.create(file.removingLastComponent(), durable: false)
        try DurableFile.write([1], to: file, durable: false)
    }

    private func beginInTheEnd(storing name: String) async throws {
        while try !begin(storing: name) { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test(.timeLimit(.minutes(1))) func `The end of one leaves the next its lock and its store`() async throws {
        let first = try Delivery(to: output, in: context)
        for number in 0..<1000 { try write("store/a/\(number)", in: first.scratch) }
        #expect(try !begin(storing: "mine"))
        async let next: Void = beginInTheEnd(storing: "mine")
        try first.finish()
        try await next
        let names = try DirectoryEntry.all(in: output.appending(".git-model-get/store")).map(\.name)
        #expect(names == ["mine"])
    }

    @Test func `What comes to nothing removes only the directory that it made`() throws {
        try Delivery(to: output, in: context).abandon()
        #expect(try FileStatus.of(output) == nil)
        try Directories.create(output)
        try Delivery(to: output, in: context).abandon()
        #expect(try FileStatus.of(output) != nil && DirectoryEntry.all(in: output).isEmpty)
    }
}
