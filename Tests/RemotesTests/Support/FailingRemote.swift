import Remotes
import Synchronization
import SystemIO

/// A remote of which some calls fail.
final class FailingRemote: RemoteDecorator {
    /// Which calls fail, the first being number 0.
    enum Schedule: Sendable {
        case once(Int)
        case always
        /// Every call from this one on.
        case from(Int)
        /// Every call after the first change in an area.
        case afterFirstChange(area: String)
        /// Every call of a kind.
        case every(RemoteCall.Kind)
    }

    /// When a call fails.
    enum Moment: CaseIterable, Sendable {
        /// Nothing was done.
        case before
        /// All was done, and only the answer is lost.
        case after
    }

    let inner: any Remote
    private let schedule: Schedule
    private let moment: Moment
    private let count = Atomic(0)
    private let failures = Atomic(0)
    private let changes = Atomic(0)

    init(_ inner: any Remote, _ schedule: Schedule, _ moment: Moment = .before) {
        self.inner = inner
        self.schedule = schedule
        self.moment = moment
    }

    /// The number of calls that failed.
    var failureCount: Int { failures.load(ordering: .sequentiallyConsistent) }

    func before(_ call: RemoteCall) async throws(RemoteError) {
        if moment == .before { try fail(call) }
    }

    func after(_ call: RemoteCall) async throws(RemoteError) {
        if moment == .after { try fail(call) }
    }

    private func fail(_ call: RemoteCall) throws(RemoteError) {
        let number = count.add(1, ordering: .sequentiallyConsistent).oldValue
        let isDue =
            switch schedule {
            case .once(let turn): number == turn
            case .always: true
            case .from(let turn): number >= turn
            case .afterFirstChange(let area):
                changes.load(ordering: .sequentiallyConsistent) > 0
                    || (call.isChange && call.area == area
                        && changes.add(1, ordering: .sequentiallyConsistent).oldValue > 0)
            case .every(let kind): call.kind == kind
            }
        guard isDue else { return }
        failures.add(1, ordering: .sequentiallyConsistent)
        throw .unreachable(name, cause: "the line was cut at \(call)")
    }
}
