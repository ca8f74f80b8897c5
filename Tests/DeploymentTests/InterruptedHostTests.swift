import Deployment
import ModelCore
import SystemIO
import SystemPackage
import Testing

/// What is put back at a host after the user has interrupted a deployment.
@Suite struct InterruptedHostTests {
    /// A directory where one version runs, and a deployment that is at the switch to another.
    private struct Place {
        let fixture: HostFixture
        let (one, two): (ReleaseFixture, ReleaseFixture)
        let cancellation = Cancellation()
        let host: any ReleaseHost
        let lock: any HostLock

        init(_ kind: HostKind) async throws {
            fixture = try HostFixture(kind)
            one = try ReleaseFixture.usual("v1.0.0")
            two = try ReleaseFixture.usual("v2.0.0")
            try await one.deploy(to: fixture.host())
            host = fixture.host(cancellation: cancellation)
            lock = try await host.lock(noting: "the first")
            let two = two
            try await host.receive(two.release, from: { try two.write(into: $0) })
            try await host.seal(two.seal, two.release.files)
            try await host.activate(two.release.id)
        }

        /// Goes back, and sees that nobody else gets in on the way.
        func goBack() async throws {
            let back = host.uninterrupted()
            #expect(try await back.current() == two.release.id)
            await #expect(throws: HostError.locked(fixture.root, by: "the first")) {
                try await fixture.host().lock(noting: "another")
            }
            try await back.activate(one.release.id)
            try await back.discard(two.release.id)
            #expect(try await fixture.host().current() == one.release.id)
        }
    }

    @Test(arguments: HostKind.allCases) func `Between two steps, the way back has the lock all the time`(
        _ kind: HostKind
    ) async throws {
        let place = try await Place(kind)
        place.cancellation.cancel()
        try await place.goBack()
        await place.lock.release()
        // It went with who had it.
        try await place.fixture.host().lock(noting: "another").release()
    }

    @Test(arguments: [HostKind.shell, .busybox]) func `In the middle of a step, the way back takes the lock again`(
        _ kind: HostKind
    ) async throws {
        let place = try await Place(kind)
        place.cancellation.cancel()
        await #expect(throws: CancellationError.self) { try await place.host.current() }
        try await place.goBack()
        await place.lock.release()
        try await place.fixture.host().lock(noting: "another").release()
    }

    @Test(arguments: [HostKind.shell, .busybox]) func `Where somebody else had the lock, nothing is put back`(
        _ kind: HostKind
    ) async throws {
        let place = try await Place(kind)
        place.cancellation.cancel()
        await #expect(throws: CancellationError.self) { try await place.host.current() }
        try await place.fixture.host().lock(noting: "the second").release()
        let back = place.host.uninterrupted()
        for _ in 1...2 {
            await #expect(throws: HostError.locked(place.fixture.root, by: "the second")) {
                try await back.activate(place.one.release.id)
            }
        }
        #expect(try await place.fixture.host().current() == place.two.release.id)
    }
}
