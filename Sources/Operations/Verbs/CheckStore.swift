import SystemPackage
import ModelCore
import Registry
import Store
import SystemIO

/// `git model fsck`: whether the store is sound, and whether what the pointers name can be rebuilt from it.
package struct CheckStore: Sendable {
    /// What was found.
    package struct Report: Operations.Report {
        /// Something that is not as it should be.
        package struct Finding: Encodable, Sendable {
            /// `damaged`, `untidy` or `newer`.
            package let severity: String
            /// The file or artifact.
            package let path: String
            /// What is wrong, as a clause.
            package let problem: String
            /// Whether it was mended.
            package let isMended: Bool
        }

        /// What is wrong, by path.
        package var findings: [Finding] = []
        /// The number of artifacts, of all history, that can be rebuilt.
        package var complete = 0
        /// The number of artifacts, of all history, whose bytes are not all here.
        package var absent = 0
        package var hints: [String] = []
        package var outcome: Outcome {
            findings.contains { $0.severity == "damaged" && !$0.isMended } ? .verificationFailed : .ok
        }
    }

    private let isDeep: Bool
    private let checksRemote: Bool
    private let mends: Bool

    /// Creates the operation; deep, it reads every byte.
    package init(isDeep: Bool = false, checksRemote: Bool = false, mends: Bool = false) {
        self.isDeep = isDeep
        self.checksRemote = checksRemote
        self.mends = mends
    }

    /// Checks, and mends where that was asked for; what was damaged is then fetched again where a remote has it.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        var report = Report()
        let artifacts = try await workspace.historicalArtifacts()
        try await checkFiles(of: workspace, into: &report)
        let joined = try workspace.openStore()
        if mends, !report.findings.isEmpty, workspace.configuration.defaultRemote != nil {
            _ = try await workspace.fetch(try await workspace.trackedArtifacts(), from: nil, into: joined.store)
        }
        for artifact in artifacts {
            let closure = Closure(of: [artifact.pointer], in: joined.store)
            for (_, reason) in closure.incomplete where !reason.isAbsence {
                report.findings.append(
                    Report.Finding(
                        severity: "damaged",
                        path: artifact.path.text,
                        problem: "\(reason)",
                        isMended: false
                    )
                )
            }
            if closure.isComplete { report.complete += 1 } else { report.absent += 1 }
        }
        if checksRemote { try await checkRemote(artifacts, in: workspace, into: &report) }
        if report.outcome != .ok, !mends {
            report.hints = ["mend what can be mended: `git model fsck --deep --repair`"]
        }
        return report
    }

    private func checkFiles(of workspace: Workspace, into report: inout Report) async throws {
        let store = try LocalStore.openOrCreate(workspace.storePath)
        let check = StoreCheck(store, pool: workspace.pool, cancellation: workspace.context.cancellation)
        let findings: [StoreCheck.Finding]
        if mends {
            let lock = try StoreLock.exclude(workspace.storePath)
            findings = try await check.run(isDeep ? .everything : .structure, mending: true)
            extendLifetime(lock)
        } else {
            findings = try await check.run(isDeep ? .everything : .structure, mending: false)
        }
        report.findings += findings.map { finding in
            Report.Finding(
                severity: finding.severity.rawValue,
                path: finding.path.string,
                problem: finding.problem,
                isMended: finding.isMended
            )
        }
    }

    private func checkRemote(
        _ artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        into report: inout Report
    ) async throws {
        let remote = try workspace.remote(named: nil)
        let held = try await remote.holds(artifacts.map(\.pointer))
        for artifact in artifacts where !held.contains(artifact.pointer.oid) {
            report.findings.append(
                Report.Finding(
                    severity: "damaged",
                    path: artifact.path.text,
                    problem: "remote \(remote.name) does not have \(artifact.pointer.oid)",
                    isMended: false
                )
            )
        }
    }
}
