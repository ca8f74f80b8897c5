/// The 16 random bytes in the header of a pack or index, so that no two files ever have one name.
enum Nonce {
    /// Returns new random bytes.
    static func random() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
