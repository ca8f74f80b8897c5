/// What a server can do, and how much it takes at once.
struct SFTPFeatures: Sendable {
    /// What every server takes (draft-ietf-secsh-filexfer-02, section 3).
    private static let commonLength = 32 << 10
    /// What OpenSSH takes, and enough.
    private static let longestLength = 255 << 10

    private var extensions: Set<String> = []
    /// The most bytes that are asked for at once.
    private(set) var readLength = SFTPFeatures.commonLength
    /// The most bytes that are sent at once.
    private(set) var writeLength = SFTPFeatures.commonLength

    init(extensions: Set<String> = []) { self.extensions = extensions }

    func has(_ name: SFTPExtension) -> Bool { extensions.contains(name.rawValue) }

    /// Takes in what the server answered when it was asked for its limits: of a packet, of reading, of writing; 0 is no answer.
    mutating func limit(_ answer: SFTPAnswer) {
        guard case .extended(var fields) = answer, (try? fields.longNumber()) != nil,
            let reading = try? fields.longNumber(), let writing = try? fields.longNumber()
        else { return }
        if reading > 0 { readLength = Int(min(reading, UInt64(SFTPFeatures.longestLength))) }
        if writing > 0 { writeLength = Int(min(writing, UInt64(SFTPFeatures.longestLength))) }
    }
}
