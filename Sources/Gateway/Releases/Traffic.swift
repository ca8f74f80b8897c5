import Deployment
import Synchronization

/// Who gets the traffic: the release that has most of it, and the one that has a share.
///
/// What changes, changes in one step, between one request and the next.
final class Traffic: Sendable {
    /// The releases and how requests are split between them.
    struct Routes: Sendable {
        /// The release that has what the other does not get.
        var main: ServedRelease
        /// The release that gets a share; `nil` where there is none.
        var other: ServedRelease?
        /// The share.
        var split = TrafficSplit(percent: 0)
        /// The header field with the key by which a caller stays with one of the two.
        var stickyField = ""

        /// Returns the share of the traffic that a release gets, from 0 to 100.
        func percent(of release: ServedRelease) -> Int {
            if release === other { return split.percent }
            return release === main ? 100 - (other == nil ? 0 : split.percent) : 0
        }
    }

    private let state = Mutex<Routes?>(nil)

    /// The routes; `nil` before the first release has the traffic.
    var routes: Routes? { state.withLock { $0 } }

    /// Gives the traffic to others; requests under way stay where they are.
    func change(to routes: Routes) { state.withLock { $0 = routes } }

    /// Begins a request at the release that it gets; `key` is asked for the value of a header field, where there are
    /// two releases.
    ///
    /// Where that one is not ready, the other takes over; `nil` where neither is. A release that was picked has the
    /// request counted before anybody can change the routes, so that who leaves it waits for the request.
    func begin(key: (String) -> String?) -> (release: ServedRelease, place: ServedRelease.Place)? {
        state.withLock { routes in
            guard let routes else { return nil }
            guard let other = routes.other else { return routes.main.begin().map { (routes.main, $0) } }
            let isOther = routes.split.isOther(key: key(routes.stickyField))
            let (first, second) = isOther ? (other, routes.main) : (routes.main, other)
            if let place = first.begin() { return (first, place) }
            return second.begin().map { (second, $0) }
        }
    }

    /// Whether a request would be answered by somebody.
    var isReady: Bool {
        state.withLock { routes in
            guard let routes else { return false }
            return routes.main.phase == .ready || routes.other?.phase == .ready
        }
    }
}
