import Synchronization

/// The branch that a cluster follows, once it is known which Git remote has it.
final class OpenedBranch: Sendable {
    private let opened = Mutex<ManifestBranch?>(nil)

    /// The branch; `nil` where nobody asked for it yet.
    var branch: ManifestBranch? { opened.withLock { $0 } }

    /// Keeps a branch, unless another was kept meanwhile, and returns what is kept.
    func keep(_ branch: ManifestBranch) -> ManifestBranch {
        opened.withLock { opened in
            let kept = opened ?? branch
            opened = kept
            return kept
        }
    }
}
