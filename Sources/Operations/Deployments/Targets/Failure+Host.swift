import Deployment
import SystemPackage

extension Failure {
    /// What went wrong where the releases of a target are, as the user should see it.
    init(_ error: HostError, at target: TargetName) {
        switch error {
        case .locked:
            self.init(.locked, "\(error)", hints: ["wait until the other deployment has ended, then try again"])
        case .foreign(let path, _):
            self.init(
                .failed,
                "\(error)",
                hints: [
                    "move it away, or choose another directory: deploy.\(target).path, not \(path.removingLastComponent())"
                ]
            )
        case .damaged:
            self.init(.verification, "\(error)", hints: ["deploy it again: `git model deploy VERSION \(target)`"])
        case .current:
            self.init(
                .failed,
                "\(error)",
                hints: ["let another be current first: `git model rollback \(target)`, or deploy another version"]
            )
        case .absent:
            self.init(.failed, "\(error)", hints: ["see what is there: `git model deployments status \(target)`"])
        case .unable, .failed: self.init(.failed, "\(error)")
        }
    }
}
