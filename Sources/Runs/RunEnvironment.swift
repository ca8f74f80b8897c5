/// What a run's command found around it.
package struct RunEnvironment: Sendable, Hashable, Codable {
    /// What the packages come from.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case docker, conda, venv, system, none
    }

    /// What the packages come from.
    package var kind: Kind
    /// The container image, with its digest.
    package var image: String?
    /// The operating system and its kernel.
    package var system: String?
    /// The processor's architecture, such as `x86_64`.
    package var architecture: String?
    /// The number of processors.
    package var processors: Int?
    /// The graphics processors by name.
    package var accelerators: [String] = []
    /// The versions of the driver and of CUDA.
    package var cuda: String?
    /// The interpreter that the command uses; `nil` where none is known.
    package var python: Python?
    /// Files that fix packages, by their path in the repository: `uv.lock` and the like.
    package var locks: [String: String] = [:]
    /// The list of packages, in the run's directory.
    package var packages: RunFile?
    /// The environment variables that make a difference, such as those of seeds and threads; secrets are left out.
    package var variables: [String: String] = [:]

    /// An interpreter of Python.
    package struct Python: Sendable, Hashable, Codable {
        /// Where it is.
        package let executable: String
        /// Its version, such as `3.11.7`.
        package let version: String
        /// Such as `CPython`.
        package let implementation: String

        /// Creates a note of an interpreter.
        package init(executable: String, version: String, implementation: String) {
            self.executable = executable
            self.version = version
            self.implementation = implementation
        }
    }

    /// Creates an environment of which only the kind is known.
    package init(kind: Kind) { self.kind = kind }
}
