import ModelCore
import SystemPackage

/// Text for a POSIX shell on another host.
enum RemoteScript {
    /// Returns the command that runs a script whatever the user's shell there is, with standard input left to the
    /// script.
    ///
    /// Everything that any shell could take for more than itself is written in octal digits, for `printf` to read.
    static func command(_ script: String) -> String {
        var text = ""
        for byte in script.utf8 {
            if isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 8)
                text += "\\0" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
            }
        }
        return "exec sh -c 'eval \"$(printf %b \"$0\")\"' '\(text)'"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || " -_./=:@,+".utf8.contains(byte)
    }

    /// Returns a path as a word that no program takes for an option.
    static func word(_ path: FilePath) -> String {
        let text = path.string
        return ShellWord.quoted(text.hasPrefix("/") || text.hasPrefix("./") ? text : "./" + text)
    }

    /// Returns words as a shell reads them back.
    static func words(_ words: [String]) -> String { words.map(ShellWord.quoted).joined(separator: " ") }

    /// Makes what was written below a directory survive a power cut, as far as the host can.
    static func flush(_ path: FilePath) -> String { "{ sync -f \(word(path)) 2>/dev/null || sync; }" }
}
