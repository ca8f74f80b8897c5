import ModelCore

/// The name of a place to deploy to, such as `prod`: letters, digits, `-`, `_` and `.`, as it is also part of a
/// reference and of file names.
package struct TargetName: Sendable, Hashable {
    /// The most characters that a name may have.
    package static let limit = 100

    /// The name.
    package let text: String

    /// Creates a name; throws `TargetError.name` for a text that is none.
    package init(_ text: some StringProtocol) throws(TargetError) {
        let isSound =
            !text.isEmpty && text.utf8.count <= TargetName.limit
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        // Git refuses references with parts that begin or end with a dot, end with ".lock" or have "..".
        guard isSound, let first = text.first, first != ".", first != "-", text.last != ".", !text.hasSuffix(".lock"),
            !zip(text, text.dropFirst()).contains(where: { $0 == "." && $1 == "." })
        else { throw .name(String(text)) }
        self.text = String(text)
    }

    /// The full name of the reference that holds what happened to the target.
    package var reference: String { "refs/git-model/deployments/\(text)" }
}

extension TargetName: Comparable {
    package static func < (left: TargetName, right: TargetName) -> Bool { left.text < right.text }
}

extension TargetName: CustomStringConvertible {
    /// The name.
    package var description: String { text }
}
