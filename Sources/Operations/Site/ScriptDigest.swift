import Codec
import ModelCore

/// The digest by which a page's policy lets one script run, and no other (Content Security Policy 3, section 6.7.3).
package enum ScriptDigest {
    /// Returns the SHA-256 of a script's text, in base64.
    package static func base64(of text: String) -> String { SHA256.digest(of: Array(text.utf8)).bytes.base64 }
}
