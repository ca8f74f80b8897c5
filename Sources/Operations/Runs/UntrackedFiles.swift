import Runs
import SystemIO
import SystemPackage

/// Chooses which of the files that Git does not track go into a run's record: code, and neither data nor secrets.
struct UntrackedFiles {
    /// Larger files stay out.
    private static let byteLimit: Int64 = 1 << 20
    /// Nor do more bytes go in than this.
    private static let totalLimit: Int64 = 32 << 20
    /// Parts of the names of files that hold secrets, in lower case.
    private static let secretParts = [
        "credential", "secret", "password", ".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "token", "api_key",
        "apikey", "api-key", "service-account", "service_account", "cookies", "netrc", "htpasswd",
    ]
    /// Directories that tools keep logins in.
    private static let secretDirectories: Set<String> = [
        ".aws", ".azure", ".gcloud", ".kube", ".ssh", ".gnupg", ".docker",
    ]
    private static let secretNames: Set<String> = [".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", "kaggle.json"]
    private static let secretSuffixes = [".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", ".gpg", ".asc"]

    /// Shorter words are no secrets.
    private static let shortestSecret = 16

    private let root: FilePath
    private var total: Int64 = 0

    /// Creates a choice among the files below `root`.
    init(root: FilePath) { self.root = root }

    /// Whether a file goes in, which counts it.
    mutating func isKept(_ path: String) throws -> Bool {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let isSecret =
            UntrackedFiles.secretNames.contains(name) || UntrackedFiles.secretSuffixes.contains(where: name.hasSuffix)
            || UntrackedFiles.secretParts.contains(where: name.contains) || Redaction.isSecret(name: name)
            || path.split(separator: "/").dropLast().contains { UntrackedFiles.secretDirectories.contains(String($0)) }
        guard !isSecret, let status = try FileStatus.of(root.appending(path)) else { return false }
        guard status.kind == .regular || status.kind == .symbolicLink, status.size <= UntrackedFiles.byteLimit,
            total + status.size <= UntrackedFiles.totalLimit
        else { return false }
        guard try !hasSecret(path, status) else { return false }
        total += status.size
        return true
    }

    /// Whether a file has what looks like the secret of a known service.
    private func hasSecret(_ path: String, _ status: FileStatus) throws -> Bool {
        guard status.kind == .regular else { return false }
        let bytes = try DurableFile.read(root.appending(path), limit: Int(UntrackedFiles.byteLimit))
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.split(whereSeparator: \.isWhitespace).contains { word in
            word.utf8.count >= UntrackedFiles.shortestSecret && Redaction.value(String(word)) != word
        }
    }

    /// Returns what is to be said of files that stayed out; `nil` where none did.
    static func warning(about paths: [String]) -> String? {
        guard !paths.isEmpty else { return nil }
        let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
        return "files that Git does not track are not in the record, for they are large, secret or cannot be read: "
            + paths.prefix(3).joined(separator: ", ") + more
    }
}
