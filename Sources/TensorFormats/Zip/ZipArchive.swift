/// The members of a zip archive whose central directory and local headers agree.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. Two readers of one archive that find different members are
/// an old attack, so that what is legal but never written by PyTorch or NumPy is refused: archives in several parts,
/// members that overlap, and bytes between directory and end.
struct ZipArchive {
    static let magic: [UInt8] = [0x50, 0x4B, 3, 4]
    /// What an archive of no members begins with.
    static let emptyMagic: [UInt8] = [0x50, 0x4B, 5, 6]

    /// The members, in the order of the file.
    let members: [ZipMember]

    /// Finds the members of a directory; reads the header of each.
    init(_ file: FileBytes, _ directory: ZipDirectory) throws(Refusal) {
        var members: [ZipMember] = []
        members.reserveCapacity(directory.entries.count)
        var end: Int64 = 0
        for entry in directory.entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
            let member = try ZipMember(file, entry, directoryOffset: directory.range.lowerBound)
            guard entry.headerOffset >= end else { throw .odd("member \(entry.name.quoted) overlaps another") }
            end = member.range.upperBound
            members.append(member)
        }
        var names: Set<String> = []
        for member in members where !names.insert(member.name).inserted {
            throw .odd("the member \(member.name.quoted) occurs twice")
        }
        self.members = members
    }
}
