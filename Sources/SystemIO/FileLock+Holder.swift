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
        return holder(ofFile: status.inode, onDevice: status.device, in: String(decoding: table, as: UTF8.self))
    }

    /// Reads the system's table of locks: `1: FLOCK  ADVISORY  WRITE 4711 fd:01:123 0 EOF`.
    ///
    /// The device in it is not everywhere that of the file's status: where none is, the file's number alone decides,
    /// unless it is that of several files.
    static func holder(ofFile inode: UInt64, onDevice device: UInt64, in table: String) -> Int32? {
        let name = deviceName(device)
        var others: Set<Int32> = []
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", let process = Int32(words[4]), process > 0 else { continue }
            let place = words[5].split(separator: ":")
            guard place.count == 3, place[2] == Substring("\(inode)") else { continue }
            if "\(place[0]):\(place[1])" == name { return process }
            others.insert(process)
        }
        return others.count == 1 ? others.first : nil
    }

    /// The name of a device in the system's tables: its two numbers, of two hexadecimal digits or more.
    private static func deviceName(_ device: UInt64) -> String {
        // What makedev of the C library puts together.
        let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
        let minor = device & 0xff | device >> 12 & ~0xff & 0xffff_ffff
        return [major, minor].map { number in
            (number < 16 ? "0" : "") + String(number, radix: 16)
        }
        .joined(separator: ":")
    }
}
