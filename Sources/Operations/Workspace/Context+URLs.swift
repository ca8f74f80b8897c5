import Remotes
import SystemPackage

extension Context {
    /// Returns what somebody agrees to who agrees to a URL: an absolute path in its one spelling, a relative one taken from
    /// `base`; a URL that this version cannot use stays as it is.
    func agreedURL(_ text: String, from base: FilePath) -> String {
        (try? RemoteURL(parsing: expandingHome(text), relativeTo: base).text) ?? text
    }

    /// Returns a path with the user's home in place of `~`.
    func expandingHome(_ text: String) -> String {
        guard text == "~" || text.hasPrefix("~/"), let home = environment["HOME"] else { return text }
        return home + text.dropFirst()
    }
}
