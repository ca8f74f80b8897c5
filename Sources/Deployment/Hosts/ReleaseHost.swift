package import ModelCore
package import SystemPackage

/// The place where a target's releases are, laid out as `TargetLayout` says: a directory here, or one on another host.
///
/// Methods throw `HostError`, `IOError`, and what says that a host cannot be reached. What changes something is called
/// under the lock.
package protocol ReleaseHost: Sendable {
    /// Where everything is, as the host itself has it.
    var layout: TargetLayout { get }
    /// The directory for events that are not in Git yet; `nil` where this machine cannot write there.
    var journal: FilePath? { get }
    /// Makes the directories, keeps everybody else away until what is returned goes, and clears up what killed
    /// deployments left.
    ///
    /// `note` is a line for those who are kept away.
    func lock(noting note: String) async throws -> any HostLock
    /// Returns a host of the same place for what has to be put back although the user has interrupted.
    ///
    /// It goes on under the lock that this one took, which may go with what is returned then. Where the lock was lost,
    /// it is taken again; where somebody else had it since, every call throws `HostError.locked`.
    func uninterrupted() -> any ReleaseHost
    /// The release that `current` leads to; anything there that git-model did not make is an error.
    func current() async throws -> ReleaseID?
    /// The seals of the releases that are there; what cannot be read is left out.
    func seals() async throws -> [ReleaseSeal]
    /// Puts a release there; `write` writes its files into an empty directory of this machine, checking each.
    ///
    /// One that is there already is read, and kept where it is whole; of one that is current and damaged all files are
    /// replaced at once.
    func receive(_ release: Release, from write: @Sendable (FilePath) async throws -> Void) async throws
    /// Writes the seal of a release that was received, after the listing of its files.
    func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws
    /// Writes the seal of a release anew that has one; the listing of its files stays.
    func reseal(_ seal: ReleaseSeal) async throws
    /// Checks seal and listing, and that all files are there with their sizes; reads none of them.
    func requireUsable(_ seal: ReleaseSeal) async throws
    /// Lets a sealed release be current, in one step.
    func activate(_ release: ReleaseID) async throws
    /// Takes the link to a release away that is current; another stays.
    func deactivate(_ release: ReleaseID) async throws
    /// Reads everything of a sealed release, and says what is not as the listing has it, a line each.
    func differences(of seal: ReleaseSeal) async throws -> [String]
    /// Takes a release away that is not current; one that is not there is no error.
    func discard(_ release: ReleaseID) async throws
    /// Tries a release that was received; its commands have `timeout` seconds.
    ///
    /// That is the command that serves it, where it has one and is not tried `asBatch`. Throws where the host is lost.
    func tryOut(_ release: Release, asBatch: Bool, timeout: Int) async throws -> SmokeOutcome
    /// What runs the commands of a release there, in its directory.
    func launch(of seal: ReleaseSeal) -> any ServeLaunch
}

/// What keeps others away from a host for as long as it exists.
package protocol HostLock: Sendable {
    /// Lets others in.
    func release() async
}
