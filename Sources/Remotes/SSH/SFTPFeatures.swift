/// What a server can do, and how much it gives at once.
struct SFTPFeatures: Sendable {
    /// What every server gives and takes (draft-ietf-secsh-filexfer-02, section 3).
    static let commonLength = 32 << 10
    /// What OpenSSH gives, and enough.
    private static let longestLength = 255 << 10

    private var extensions: Set<String> = []
    /// The most bytes that are asked for at once.
    private(set) var readLength = SFTPFeatures.commonLength

    init(extensions: Set<String> = []) { self.extensions = extensions }

    func has(_ name: SFTPExtension) -> Bool { extensions.contains(name.rawValue) }

    /// Takes in what the server answered when it was asked for its limits: of a packet, then of reading; 0 is no
    /// answer.
    mutating func limit(_ answer: SFTPAnswer) {
        guard case .extended(var fields) = answer, (try? fields.longNumber()) != nil,
            let reading = try? fields.longNumber(), reading > 0
        else { return }
        readLength = Int(min(reading, UInt64(SFTPFeatures.longestLength)))
    }
}
