/// The files that `init` and `install` lay into a repository, embedded from `hooks/` and `.mver-template/` at build
/// time.
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

    /// Programs that serve models, which `describe --serve-template` lays into `.mver/serve/`.
    package static let serve = [
        File(name: "model_protocols.py", bytes: PackageResources.model_protocols_py),
        File(name: "model_server.py", bytes: PackageResources.model_server_py),
        File(name: "serve_llama.sh", bytes: PackageResources.serve_llama_sh),
        File(name: "serve_onnx.py", bytes: PackageResources.serve_onnx_py),
        File(name: "serve_safetensors.py", bytes: PackageResources.serve_safetensors_py),
        File(name: "serve_sklearn.py", bytes: PackageResources.serve_sklearn_py),
    ]
}
