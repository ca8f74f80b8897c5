/// Spellings of `.git` that some file system takes for Git's own directory, as `verify_path` in Git's read-cache.c
/// knows them.
enum GitDirectoryName {
    /// Whether a component needs a closer look; most do not, so that long listings are quick to check.
    static func mayMatch(_ component: Substring.UTF8View) -> Bool {
        switch component.first {
        case UInt8(ascii: "."), UInt8(ascii: "g"), UInt8(ascii: "G"): true
        case .some(0x80...0xFF): true
        default: component.contains(UInt8(ascii: "\\"))
        }
    }

    /// Whether a component is `.git` on Linux, Windows (NTFS) or macOS (HFS+).
    static func matches(_ component: Substring.UTF8View) -> Bool {
        // Windows separates components by a backslash too.
        component.split(separator: UInt8(ascii: "\\")).contains(where: isOnNTFS) || isOnHFS(component)
    }

    /// NTFS ignores case and trailing dots and spaces, knows `git~1` as a short name, and `:` begins a stream's name.
    private static func isOnNTFS(_ component: Substring.UTF8View) -> Bool {
        let name = component.prefix { $0 != UInt8(ascii: ":") }
        let visible = name.lastIndex { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }
        guard let visible else { return false }
        return isEqual(name[...visible], ".git") || isEqual(name[...visible], "git~1")
    }

    /// HFS+ ignores case and some invisible characters (`next_hfs_char` in Git's utf8.c).
    private static func isOnHFS(_ component: Substring.UTF8View) -> Bool {
        let visible = Substring(component).unicodeScalars.filter { !isIgnoredOnHFS($0) }
        return isEqual(String(String.UnicodeScalarView(visible)).utf8, ".git")
    }

    private static func isIgnoredOnHFS(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: true
        default: false
        }
    }

    private static func isEqual(_ name: some Collection<UInt8>, _ lowercase: StaticString) -> Bool {
        guard name.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            zip(name, expected).allSatisfy { byte, letter in
                byte == letter || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == letter
            }
        }
    }
}
