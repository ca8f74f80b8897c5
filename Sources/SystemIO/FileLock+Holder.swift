package import SystemPackage

extension FileLock {
    private static let tableLimit = 4 << 20

    /// Returns a process that holds a lock on a file; `nil` where none does, or where the system does not tell, as of
    /// those in other containers.
    ///
    /// For people who look for it: it may have ended by now.
    package static func holder(of path: FilePath) -> Int32? {
        guard let status = try? FileStatus.of(path),
            let table = try? DurableFile.read("/proc/locks", limit: tableLimit)
        else { return nil }
        return holder(ofFile: status.inode, in: String(decoding: table, as: UTF8.self))
    }

    /// Reads the system's table of locks: `1: FLOCK  ADVISORY  WRITE 4711 fd:01:123 0 EOF`.
    ///
    /// The device in it is not everywhere that of the file's status, so that the file's number alone decides.
    static func holder(ofFile inode: UInt64, in table: String) -> Int32? {
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", words[5].split(separator: ":").last == Substring("\(inode)")
            else {
                continue
            }
            if let process = Int32(words[4]), process > 0 { return process }
        }
        return nil
    }
}
