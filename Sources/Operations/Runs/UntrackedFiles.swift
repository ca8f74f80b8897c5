import ModelCore
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
        "credential", "secret", "password", ".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "api_key", "apikey",
        "api-key", "service-account", "service_account", "cookies", "netrc", "htpasswd",
    ]
    /// Directories that tools keep logins in.
    private static let secretDirectories: Set<String> = [
        ".aws", ".azure", ".gcloud", ".kube", ".ssh", ".gnupg", ".docker",
    ]
    private static let secretNames: Set<String> = [".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", "kaggle.json"]
    private static let secretSuffixes = [".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", ".gpg", ".asc"]

    /// Words of models with `token` in them.
    private static let tokenWords = ["tokeniz", "tokenis", "special_token", "added_token"]
    /// What files of programs end with: what is called a token there is mostly what texts are cut into.
    private static let codeSuffixes = [
        ".py", ".pyi", ".pyx", ".ipynb", ".sh", ".r", ".jl", ".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp", ".rs",
        ".go", ".java", ".kt", ".scala", ".js", ".ts", ".swift", ".lua", ".m",
    ]

    private let root: FilePath
    private var total: Int64 = 0

    /// Creates a choice among the files below `root`.
    init(root: FilePath) { self.root = root }

    /// Whether a file goes in, which counts it; one that cannot be read does not.
    mutating func isKept(_ path: String) -> Bool {
        guard !UntrackedFiles.isSecret(path: path), let status = try? FileStatus.of(root.appending(path)) else {
            return false
        }
        guard status.kind == .regular || status.kind == .symbolicLink, status.size <= UntrackedFiles.byteLimit,
            total + status.size <= UntrackedFiles.totalLimit
        else { return false }
        // It may be gone, or have grown, since it was listed: that costs this file alone.
        guard (try? hasSecret(path, status)) == false else { return false }
        total += status.size
        return true
    }

    /// Whether a path says that a secret is there.
    static func isSecret(path: String) -> Bool {
        let components = path.split(separator: "/").map(String.init)
        guard let name = components.last else { return false }
        let lower = name.lowercased()
        return secretNames.contains(lower) || secretSuffixes.contains(where: lower.hasSuffix)
            || secretParts.contains(where: lower.contains)
            || Redaction.isSecret(name: lower) || saysToken(name)
            || components.dropLast().contains(where: secretDirectories.contains)
    }

    /// Whether a file's name has a token in it that is likelier a secret than a word of models.
    private static func saysToken(_ name: String) -> Bool {
        let lower = name.lowercased()
        guard codeSuffixes.contains(where: lower.hasSuffix) else {
            return tokenWords.reduce(lower) { $0.replacing($1, with: "") }.contains("token")
        }
        return name.split(separator: ".").contains {
            $0.lowercased().contains("token") && Redaction.isSecret(name: String($0))
        }
    }

    /// Whether a file has what looks like the secret of a known service.
    private func hasSecret(_ path: String, _ status: FileStatus) throws -> Bool {
        guard status.kind == .regular else { return false }
        let bytes = try DurableFile.read(root.appending(path), limit: Int(UntrackedFiles.byteLimit))
        // What is no text is nobody's to read for words.
        return String(validating: bytes, as: UTF8.self) != nil && SecretSearch.findsSecret(in: bytes[...])
    }

    /// Returns what is to be said of files that stayed out; `nil` where none did.
    static func warning(about paths: [String]) -> String? {
        guard !paths.isEmpty else { return nil }
        return "files that Git does not track are not in the record, for they are large, secret or cannot be read: "
            + list(paths)
    }

    /// Returns the first paths, and how many more there are.
    static func list(_ paths: [String]) -> String {
        let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
        return paths.prefix(3).map(QuotedPath.encode).joined(separator: ", ") + more
    }
}
