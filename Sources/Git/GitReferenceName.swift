/// The rules of `git check-ref-format`, without running it.
package enum GitReferenceName {
    /// Whether Git accepts the name of a reference; an abbreviated one may have a single component.
    package static func isValid(_ name: String, isAbbreviated: Bool = false) -> Bool {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes != [UInt8(ascii: "@")], bytes.last != UInt8(ascii: ".") else { return false }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }) else { return false }
        for pair in zip(bytes, bytes.dropFirst()) {
            let isForbidden =
                pair == (UInt8(ascii: "."), UInt8(ascii: ".")) || pair == (UInt8(ascii: "@"), UInt8(ascii: "{"))
            if isForbidden { return false }
        }
        let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard isAbbreviated || components.count > 1 else { return false }
        return components.allSatisfy { component in
            !component.isEmpty && component.first != UInt8(ascii: ".")
                && !component.suffix(5).elementsEqual(".lock".utf8)
        }
    }

    /// Whether `git tag` accepts the name, without `refs/tags/`.
    package static func isValidTag(_ name: String) -> Bool {
        name.utf8.first != UInt8(ascii: "-") && isValid("refs/tags/" + name)
    }

    /// Whether `git branch` accepts the name, without `refs/heads/`.
    package static func isValidBranch(_ name: String) -> Bool {
        name.utf8.first != UInt8(ascii: "-") && name != "HEAD" && isValid("refs/heads/" + name)
    }
}
