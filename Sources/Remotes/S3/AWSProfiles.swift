import SystemIO
import SystemPackage

/// The profiles in Amazon's shared files `config` and `credentials`.
///
/// The form is that of the "Configuration and credential file settings" of Amazon's SDKs: sections, `name = value`, and
/// values that are sections of their own with indented lines.
struct AWSProfiles: Sendable {
    private static let fileLimit = 4 << 20

    /// The values of each section, the names of profiles without their word.
    private(set) var profiles: [String: [String: String]] = [:]
    /// The values of the sections of other kinds, by `kind name`.
    private(set) var others: [String: [String: String]] = [:]
    /// The files that were looked for, and whether they are there.
    private(set) var files: [(path: FilePath, isThere: Bool)] = []

    /// Reads the files that the environment names, or those in the home directory.
    init(environment: [String: String]) throws(IOError) {
        let home = FilePath(environment["HOME"] ?? "/").appending(".aws")
        let config = environment.nonempty("AWS_CONFIG_FILE").map { FilePath($0) } ?? home.appending("config")
        let shared = environment.nonempty("AWS_SHARED_CREDENTIALS_FILE").map { FilePath($0) }
        try read(config) { name in
            if name == "default" { return .profile("default") }
            let words = name.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { return .other(name) }
            return words[0] == "profile" ? .profile(words[1]) : .other(words.joined(separator: " "))
        }
        try read(shared ?? home.appending("credentials")) { .profile($0) }
    }

    private enum Section {
        case profile(String)
        case other(String)
    }

    private mutating func read(_ path: FilePath, _ section: (String) -> Section) throws(IOError) {
        let isThere = try FileStatus.of(path, followingLinks: true)?.kind == .regular
        files.append((path, isThere))
        guard isThere else { return }
        let text = String(decoding: try DurableFile.read(path, limit: AWSProfiles.fileLimit), as: UTF8.self)
        var current: Section?
        var group: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
                current = section(content.dropFirst()[..<end].trimmed)
                group = nil
                continue
            }
            guard let equals = content.firstIndex(of: "="), let current else { continue }
            let name = content[..<equals].trimmed.lowercased()
            let value = content[content.index(after: equals)...].trimmed
            let isIndented = line.first == " " || line.first == "\t"
            if !isIndented { group = value.isEmpty ? name : nil }
            let key = isIndented ? [group, name].compactMap { $0 }.joined(separator: ".") : name
            switch current {
            case .profile(let profile): profiles[profile, default: [:]][key] = value
            case .other(let other): others[other, default: [:]][key] = value
            }
        }
    }
}

extension StringProtocol {
    /// The text without blanks around it.
    var trimmed: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
