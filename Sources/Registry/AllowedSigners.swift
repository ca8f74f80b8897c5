/// Whose signatures count: `.mver/allowed_signers`.
///
/// Lines are those of OpenSSH's allowed-signers files (ssh-keygen(1)); `gpg:<fingerprint>` lines name OpenPGP keys.
package struct AllowedSigners: Sendable, Hashable {
    /// The file, from the top of the repository.
    package static let path = ".mver/allowed_signers"
    /// The most bytes that are read.
    package static let byteLimit: Int64 = 1 << 20

    private static let prefix = "gpg:"

    /// The lines for OpenSSH, as it reads them.
    package let lines: [UInt8]
    /// The fingerprints of OpenPGP keys, in capital hexadecimal digits.
    package let fingerprints: Set<String>

    /// Reads a file; none at all lists nobody.
    package init(parsing bytes: [UInt8]?) {
        var lines: [UInt8] = []
        var fingerprints: Set<String> = []
        for line in (bytes ?? []).split(separator: UInt8(ascii: "\n")) {
            guard line.starts(with: AllowedSigners.prefix.utf8) else {
                lines += line + [UInt8(ascii: "\n")]
                continue
            }
            let words = String(decoding: line.dropFirst(AllowedSigners.prefix.utf8.count), as: UTF8.self)
                .split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            fingerprints.insert(words[0].filter(\.isHexDigit).uppercased())
        }
        self.lines = lines
        self.fingerprints = fingerprints.filter { $0.utf8.count >= 40 }
    }

    /// Whether nobody is listed.
    package var isEmpty: Bool { lines.isEmpty && fingerprints.isEmpty }
}
