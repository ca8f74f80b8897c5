import Git
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    /// What `install` did.
    struct InstallResult {
        /// The hooks that were written.
        var hooks: [String] = []
        /// What stands in the way, for the user to settle.
        var warnings: [String] = []
    }

    private static let attributesLine = "*.mver text eol=lf diff=git-model merge=git-model"
    private static let signature = "git model hook"

    /// Registers the diff and merge drivers and installs hooks; what is there already stays.
    func install(hooks: Bool) async throws -> InstallResult {
        try await registerDrivers()
        var result = InstallResult()
        guard hooks else { return result }
        let directory = try await repository.hooksDirectory()
        try Directories.create(directory)
        for hook in EmbeddedFiles.hooks {
            let path = directory.appending(hook.name)
            if try FileStatus.of(path, followingLinks: true) != nil {
                let present = String(decoding: try DurableFile.read(path, limit: 1 << 20), as: UTF8.self)
                if !present.contains(Workspace.signature) {
                    result.warnings.append(
                        "hook \(hook.name) is somebody else's and stays: add the line `git model hook \(hook.name) \"$@\"` to it"
                    )
                }
                continue
            }
            try DurableFile.write(hook.bytes, to: path, permissions: 0o777)
            result.hooks.append(hook.name)
        }
        return result
    }

    /// Removes the hooks and drivers that `install` wrote, and returns the hooks.
    func uninstall() async throws -> [String] {
        let directory = try await repository.hooksDirectory()
        var removed: [String] = []
        for hook in EmbeddedFiles.hooks {
            let path = directory.appending(hook.name)
            guard try FileStatus.of(path) != nil, try DurableFile.read(path, limit: 1 << 20) == hook.bytes else {
                continue
            }
            try DurableFile.remove(path)
            removed.append(hook.name)
        }
        try await repository.program.removeConfigurationSection("diff.git-model", in: .local)
        try await repository.program.removeConfigurationSection("merge.git-model", in: .local)
        return removed
    }

    private func registerDrivers() async throws {
        let git = try await repository.program.configuration()
        for (key, value) in [
            ("diff.git-model.textconv", "git-model textconv"),
            ("merge.git-model.name", "git-model pointers"),
            ("merge.git-model.driver", "git-model merge-driver %O %A %B %P"),
        ] where git.value(key) != value {
            try await repository.program.setConfiguration(try GitConfigurationKey(key), to: value, in: .local)
        }
    }

    /// Adds the line for pointers to the root `.gitattributes`; returns the file if it changed.
    func ensureAttributes() throws -> [RepositoryPath] {
        let path = try RepositoryPath(".gitattributes")
        let location = try location(of: path)
        var bytes = try FileStatus.of(location) == nil ? [] : DurableFile.read(location, limit: 16 << 20)
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard !lines.contains(Workspace.attributesLine) else { return [] }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        try DurableFile.write(bytes + Array((Workspace.attributesLine + "\n").utf8), to: location)
        return [path]
    }
}
