import Git
import ModelCore
import SystemIO
import SystemPackage

extension Workspace {
    /// What `install` changed.
    struct InstallResult: Sendable {
        /// The hooks that were written.
        var hooks: [String] = []
        /// Whether a driver was registered.
        var drivers = false
        /// The Git remotes from which `git fetch` brings git-model's references from now on.
        var remotes: [String] = []
        /// What was left to the user.
        var warnings: [String] = []
    }

    /// Registers the diff and merge drivers, has Git fetch git-model's references and, when asked, installs the hooks;
    /// what is there already stays.
    func install(hooks: Bool) async throws -> InstallResult {
        var result = InstallResult()
        result.drivers = try await DriverSettings(in: context).install(in: repository)
        result.remotes = try await FetchRefspecs.install(in: repository)
        try setTemporaryFiles(excluded: true)
        guard hooks else { return result }
        let directory = try await HookDirectory(of: repository)
        var lacking: [(name: String, file: FilePath)] = []
        for hook in EmbeddedFiles.hooks {
            switch try directory.state(of: hook) {
            case .current: continue
            case .absent:
                try directory.install(hook)
                result.hooks.append(hook.name)
            case .taken:
                result.warnings.append(
                    "hook \(hook.name) was not installed: \(directory.path) has two others already; "
                        + "add this line to one: \(HookDirectory.call(hook.name)) \"$@\""
                )
            case .lacksLine(let file): lacking.append((hook.name, file))
            }
        }
        result.warnings += lacking.map { name, file in
            "hook \(name) was not installed, since core.hooksPath is in the work tree; "
                + "add this line to \(shown(file)): \(HookDirectory.call(name)) \"$@\""
        }
        return result
    }

    /// Makes Git pass over what a command that was killed leaves in the work tree, or not any more.
    private func setTemporaryFiles(excluded: Bool) throws {
        let file = repository.layout.commonDirectory.appending("info").appending("exclude")
        let isThere = try FileStatus.of(file, followingLinks: true) != nil
        let bytes = isThere ? try DurableFile.read(file, limit: 16 << 20) : []
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let own = Array(TemporaryFile.pattern.utf8)
        guard lines.contains(own[...]) != excluded else { return }
        if excluded { lines.append(own[...]) } else { lines.removeAll { $0 == own[...] } }
        try Directories.create(file.removingLastComponent())
        try DurableFile.write(Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined()), to: file)
    }

    /// Removes drivers and hooks; returns the hooks that were there, and whether drivers were.
    func uninstall() async throws -> InstallResult {
        var result = InstallResult()
        result.drivers = try await DriverSettings.uninstall(from: repository)
        result.remotes = try await FetchRefspecs.uninstall(from: repository)
        try setTemporaryFiles(excluded: false)
        let directory = try await HookDirectory(of: repository)
        guard !directory.isUsers else { return result }
        for hook in EmbeddedFiles.hooks where try directory.uninstall(hook) { result.hooks.append(hook.name) }
        return result
    }

    /// Makes the root `.gitattributes` give pointers our drivers; returns the file if it changed.
    func ensureAttributes() throws -> [RepositoryPath] {
        let name = DriverSettings.name
        let line = Array("*\(Pointer.fileSuffix) diff=\(name) merge=\(name) text eol=lf".utf8)
        let path = try RepositoryPath(".gitattributes")
        var bytes = try trackedBytes(of: path) ?? []
        let isThere = bytes.split(separator: UInt8(ascii: "\n")).contains {
            $0.starts(with: "*\(Pointer.fileSuffix) ".utf8) && $0.contains(Array("diff=\(name)".utf8))
                && $0.contains(Array("merge=\(name)".utf8))
        }
        guard !isThere else { return [] }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        try DurableFile.write(bytes + line + [UInt8(ascii: "\n")], to: location(of: path), permissions: 0o666)
        return [path]
    }

    /// A path for messages: from the top of the work tree where it is in there.
    func shown(_ path: FilePath) -> String {
        var relative = path
        return relative.removePrefix(root) ? relative.string : path.string
    }
}
