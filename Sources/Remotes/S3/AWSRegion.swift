/// The names of regions, which are parts of the names of Amazon's hosts.
enum AWSRegion {
    /// The longest part that a host's name may have.
    private static let maximumByteCount = 63

    /// Whether a text can be a region's name; anything else could name another host, which would get what is signed.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...maximumByteCount).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                // Amazon's are small; OpenStack and Ceph have `RegionOne`.
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
