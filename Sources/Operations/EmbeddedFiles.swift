/// The files that `init` and `install` lay into a repository, embedded from `hooks/` and `.mver-template/` at build time.
package enum EmbeddedFiles {
    /// A file and what is in it.
    package struct File: Sendable {
        /// The name in its directory.
        package let name: String

        /// The content.
        package let bytes: [UInt8]
    }

    /// The Git hooks, each a shell script to be made executable.
    package static let hooks = [
        File(name: "pre-commit", bytes: PackageResources.pre_commit),
        File(name: "post-checkout", bytes: PackageResources.post_checkout),
        File(name: "post-merge", bytes: PackageResources.post_merge),
        File(name: "post-rewrite", bytes: PackageResources.post_rewrite),
        File(name: "pre-push", bytes: PackageResources.pre_push),
    ]

    /// What goes into `.mver/`.
    package static let template = [
        File(name: "config", bytes: PackageResources.config),
        File(name: "README.md", bytes: PackageResources.README_md),
    ]
}
