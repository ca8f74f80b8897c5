import Deployment
import Registry

/// Finds who deploys to a target of some kind.
enum TargetDrivers {
    /// Returns the driver of a target; nothing is contacted.
    ///
    /// `history` is what happened to it as far as is known, for kinds that keep nothing at the target.
    static func driver(
        for target: DeploymentTarget,
        in workspace: Workspace,
        history: DeploymentHistory
    ) throws -> any TargetDriver {
        switch target.kind {
        case .directory, .batch:
            return try DirectoryTarget(
                target,
                in: workspace.context,
                relativeTo: workspace.root,
                sshCommand: workspace.configuration.sshCommand,
                isAgreed: try workspace.isAgreed(to: target)
            )
        case .oci: return try OCITarget(target, history: history, in: workspace)
        case .kubernetes: return try KubernetesTarget(target, history: history, in: workspace)
        case .process: return try ProcessTarget(target, in: workspace)
        }
    }
}
