import Kubernetes
import ModelCore

/// Who tells the cluster what to run, and knows what it was told.
protocol ClusterWriting: Sendable {
    /// Keeps others from telling it anything, and `local` as long.
    func lock(beside local: any TargetLock) async throws -> any TargetLock
    /// The Deployment that it was told of last; `nil` where it was told nothing.
    func deployment() async throws -> LiveDeployment?
    /// Tells it to run a workload.
    func write(_ workload: Workload) async throws
    /// Checks that it runs the workload, as far as can be seen.
    func check(_ workload: Workload) async throws
    /// Says what is not as the workload has it, a line each.
    func differences(from workload: Workload) async throws -> [String]
}
