import Git
import SystemIO
import SystemPackage

/// The directory in which Git looks for hooks, ours among those of others.
struct HookDirectory: Sendable {
    /// The line by which a hook is known to be ours.
    private static let mark = Array("# Written by `git model install`".utf8)
    private static let chainedSuffix = ".before-git-model"
    /// The framework of pre-commit.com moves a hook that it finds to this name, and runs it first.
    private static let frameworkSuffix = ".legacy"

    /// What is in a hook's place.
    enum State: Sendable {
        /// Ours, as this version writes it.
        case current
        /// Nothing, an older one of ours, or a hook of somebody else, which ours would run first.
        case absent
        /// A hook of somebody else, and another one put aside already.
        case taken
        /// A file that the user keeps in the work tree and that does not call us.
        case lacksLine(FilePath)
    }

    /// Where it is.
    let path: FilePath
    /// Whether it is in the work tree, where its files are the user's own and are not written.
    let isUsers: Bool

    /// Finds the directory, which need not exist.
    init(of repository: GitRepository) async throws {
        let place = try await repository.hooksDirectory().lexicallyNormalized()
        let layout = repository.layout
        let isGits = place.starts(with: layout.commonDirectory) || place.starts(with: layout.gitDirectory)
        path = place
        isUsers = !isGits && layout.workTree.map { place.starts(with: $0) } ?? false
    }

    /// Looks at a hook.
    func state(of hook: EmbeddedFiles.File) throws -> State {
        if isUsers {
            let file = usersDirectory.appending(hook.name)
            let call = Array(HookDirectory.call(hook.name).utf8)
            guard let bytes = try content(of: file), bytes.contains(call) else { return .lacksLine(file) }
            return .current
        }
        let place = path.appending(hook.name)
        guard let status = try FileStatus.of(place) else { return .absent }
        if try isOurs(place) { return try content(of: place) == hook.bytes && status.isExecutable ? .current : .absent }
        if try isOurs(path.appending(hook.name + HookDirectory.frameworkSuffix)) { return .current }
        return try FileStatus.of(chained(hook.name)) == nil ? .absent : .taken
    }

    /// Writes a hook that is absent; one of somebody else is put aside first, for ours to run.
    func install(_ hook: EmbeddedFiles.File) throws {
        let place = path.appending(hook.name)
        try Directories.create(path)
        if try FileStatus.of(place) != nil, try !isOurs(place) { try DurableFile.rename(place, to: chained(hook.name)) }
        try DurableFile.write(hook.bytes, to: place, permissions: 0o777)
    }

    /// Removes a hook of ours and puts the one back that was there before; `false` where ours is not there.
    func uninstall(_ hook: EmbeddedFiles.File) throws -> Bool {
        let place = path.appending(hook.name)
        guard try isOurs(place) else { return false }
        if try FileStatus.of(chained(hook.name)) != nil {
            try DurableFile.rename(chained(hook.name), to: place)
        } else {
            try DurableFile.remove(place)
        }
        return true
    }

    /// What a hook of the user's own has to run.
    static func call(_ name: String) -> String { "git model hook \(name)" }

    /// Husky's generated files are in `_`, those that people write beside it.
    private var usersDirectory: FilePath { path.lastComponent == "_" ? path.removingLastComponent() : path }

    private func chained(_ name: String) -> FilePath { path.appending(name + HookDirectory.chainedSuffix) }

    private func isOurs(_ file: FilePath) throws -> Bool {
        try content(of: file)?.contains(HookDirectory.mark) ?? false
    }

    /// Returns a hook's bytes; `nil` where there is no file, and where it is no text of any sensible size.
    private func content(of file: FilePath) throws -> [UInt8]? {
        guard let status = try FileStatus.of(file, followingLinks: true), status.kind == .regular,
            status.size <= 1 << 20
        else { return nil }
        return try DurableFile.read(file, limit: 1 << 20)
    }
}
