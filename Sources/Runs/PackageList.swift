/// The packages of an environment, as `packages.txt` lists them: lines that pip reads, or the file that conda reads.
package struct PackageList: Sendable, Hashable {
    /// The versions by name: what stands behind `==` or `@`, and of conda's packages the version and build.
    package let versions: [String: String]

    /// Reads a list; lines that name no version are left out.
    package init(_ bytes: [UInt8]) {
        var versions: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let entry = line.drop { $0 == " " || $0 == "-" }
            for separator in [" @ ", "==", "="] {
                guard let found = entry.firstRange(of: separator) else { continue }
                versions[PackageList.normalized(entry[..<found.lowerBound])] = String(entry[found.upperBound...])
                break
            }
        }
        self.versions = versions
    }

    /// Returns the name that all spellings of a package's name have in common (PEP 503).
    package static func normalized(_ name: some StringProtocol) -> String {
        String(name.lowercased().map { "_.".contains($0) ? "-" : $0 })
    }
}
