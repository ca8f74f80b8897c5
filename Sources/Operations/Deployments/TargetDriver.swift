import Deployment
import ModelCore
import SystemPackage

/// What it takes to deploy to one kind of target; the calls come in this order, all under the lock.
///
/// Whatever is thrown before `activate` leaves what runs as it was.
protocol TargetDriver: Sendable {
    /// Keeps everybody else from deploying to the target, until what is returned goes; throws a `Failure` of the kind
    /// `locked`.
    func lock() async throws -> any TargetLock
    /// The release that is current there; `nil` where none is.
    func current() async throws -> ReleaseID?
    /// What is kept of the releases that are there, in no order.
    func seals() async throws -> [ReleaseSeal]
    /// Puts the files of a release there, each checked, where nobody sees them yet; returns what else the seal has to
    /// say.
    ///
    /// Where it is current and not as it was sealed, whole files take the place of what is there.
    func receive(_ release: Release, from source: any ReleaseSource) async throws -> [String: String]
    /// Runs a command in the directory of a release that was received, sealed or not, where a trial would run it.
    ///
    /// Returns what it gave and its exit code; `nil` where it did not end in so many seconds.
    func capture(
        _ words: [String],
        in release: ReleaseSeal,
        within seconds: Int
    ) async throws -> (output: [UInt8], exitCode: Int32)?
    /// Loads the release and tries it on its sample.
    func tryOut(_ release: Release) async throws -> SmokeOutcome
    /// Keeps what the release is; from here on it can be gone back to.
    func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws
    /// Keeps what the release is anew, where the target itself keeps that.
    func reseal(_ seal: ReleaseSeal) async throws
    /// Checks, before it is gone back to, that a sealed release could be current: what takes no time, whatever its
    /// size.
    func requireUsable(_ seal: ReleaseSeal) async throws
    /// Lets a sealed release be current, in one step.
    func activate(_ seal: ReleaseSeal) async throws
    /// Lets a release that is current, and does not work, be current no more where there was none before; throws where
    /// it has to stay.
    func deactivate(_ release: ReleaseID) async throws
    /// Checks that what is current works; throws a `Failure` that says what does not.
    func checkHealth(of seal: ReleaseSeal) async throws
    /// Whether a release that is current is served, and as the target's keys have it today; where not, it is deployed
    /// again.
    func isServed(_ release: Release, as seal: ReleaseSeal) async throws -> Bool
    /// Whether the keys that say how files become a release are what they were for that one; where not, it is received
    /// anew.
    func hasSameKeys(as seal: ReleaseSeal) -> Bool
    /// Puts right what a switch to another release may have left half done, where this one stayed current.
    func restore(_ current: ReleaseSeal) async throws
    /// Reads everything of a sealed release again, and says what is not as it was sealed, a line each.
    func differences(of seal: ReleaseSeal) async throws -> [String]
    /// Takes a release away that is not current, sealed or not; one that is not there is no error.
    func discard(_ release: ReleaseID) async throws
    /// What gets a part of the traffic beside the current release; `nil` where nothing does.
    func canary() async throws -> Canary?
    /// Gives a sealed release that was tried a part of the traffic, beside the current one.
    func share(_ canary: Canary, beside stable: ReleaseSeal) async throws
    /// Takes a release's part of the traffic away, and stops it; one that has none is no error.
    func endCanary(_ release: ReleaseID) async throws
    /// Where the events are kept that are not known to be in Git yet; `nil` where the target cannot keep any.
    var journal: FilePath? { get }
    /// What the user should know of what was done so far, a line each.
    var remarks: [String] { get }
}

extension TargetDriver {
    /// Nothing.
    var remarks: [String] { [] }

    /// There is no such directory.
    func capture(
        _ words: [String],
        in release: ReleaseSeal,
        within seconds: Int
    ) async throws -> (output: [UInt8], exitCode: Int32)? {
        throw Failure(.failed, "no command runs in \(release.release) there")
    }

    /// It stays: to take away what others may use already is left to the user.
    func deactivate(_ release: ReleaseID) async throws { throw Failure(.failed, "\(release) stays there") }

    /// Files that are there are all that it takes.
    func isServed(_ release: Release, as seal: ReleaseSeal) async throws -> Bool { true }

    /// It is its files.
    func hasSameKeys(as seal: ReleaseSeal) -> Bool { true }

    /// One step has no half.
    func restore(_ current: ReleaseSeal) async throws {}

    /// Nothing is kept there.
    func reseal(_ seal: ReleaseSeal) async throws {}

    /// Nothing does: nobody divides the traffic.
    func canary() async throws -> Canary? { nil }

    /// Nobody divides the traffic.
    func share(_ canary: Canary, beside stable: ReleaseSeal) async throws {
        throw Failure(.failed, "\(canary.release) cannot have a part of the traffic there")
    }

    /// It has none.
    func endCanary(_ release: ReleaseID) async throws {}
}

/// What keeps others from deploying to a target for as long as it exists.
protocol TargetLock: Sendable {
    /// Lets others deploy.
    func release() async
}

/// Where the files of a release come from.
protocol ReleaseSource: Sendable {
    /// Writes all files of the release into a directory that is there and empty; each is checked against its digest on
    /// the way.
    ///
    /// Files are synchronised to the disk; directories are not.
    func write(into directory: FilePath) async throws
}
