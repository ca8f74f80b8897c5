import SystemPackage

/// What a group shares: a directory that is setgid and that the group may write to.
///
/// What is made in one can be written by the group as by its owner, whatever the umask, as Git has it with
/// `core.sharedRepository`; only files that ask for less stay private.
enum GroupSharing {
    private static let setGroupID: UInt16 = 0o2000
    private static let groupWrite: UInt16 = 0o020

    /// Gives the group its share in what was just made at `path`, where the directory around it is shared.
    static func extend(_ path: FilePath, asked permissions: UInt16) throws(IOError) {
        guard permissions & groupWrite != 0, let parent = try FileStatus.of(path.parent, followingLinks: true),
            parent.permissions & setGroupID != 0, parent.permissions & groupWrite != 0,
            let made = try FileStatus.of(path)
        else { return }
        var shared = made.permissions | (made.permissions >> 3) & 0o070
        if made.kind == .directory { shared |= setGroupID }
        guard shared != made.permissions else { return }
        do { try SystemCall.changeMode(path, permissions: shared) } catch {
            // Somebody else's is for its owner to share.
            guard error == .notPermitted else { throw IOError(.changeMode, path, error) }
        }
    }
}
