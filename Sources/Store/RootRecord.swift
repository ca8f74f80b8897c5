import Codec
package import ModelCore

/// The objects that one push keeps alive in a shared remote.
package struct RootRecord: Hashable, Sendable {
    /// The Git remote that the objects belong to.
    package let repository: String
    /// The full name of the reference that was pushed.
    package let reference: String
    /// The commit that the reference got, in hexadecimal.
    package let commit: String
    /// The objects, ascending and distinct.
    package let oids: [Digest]

    /// Creates a root; line breaks in the texts are refused by returning `nil`.
    package init?(repository: String, reference: String, commit: String, oids: some Sequence<Digest>) {
        guard ![repository, reference, commit].contains(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) else {
            return nil
        }
        self.repository = repository
        self.reference = reference
        self.commit = commit
        self.oids = Array(Set(oids)).sorted()
    }

    /// Parses the content of a root file.
    package init(parsing text: String) throws(FormatError) {
        let format = "root"
        guard text.hasSuffix("\n") else { throw FormatError(format, .truncated) }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first.hasPrefix("git-model-root ") else {
            throw FormatError(format, .malformed("its first line is wrong"))
        }
        guard first == "git-model-root 1" else { throw FormatError(format, .newer(String(first))) }
        func value(_ line: Int, _ key: String) throws(FormatError) -> String {
            guard lines.count > line else { throw FormatError(format, .truncated) }
            guard lines[line].hasPrefix(key + " ") else {
                throw FormatError(format, .malformed("line \(line + 1) is not “\(key)”"))
            }
            return String(lines[line].dropFirst(key.count + 1))
        }
        repository = try value(1, "repository")
        reference = try value(2, "ref")
        commit = try value(3, "commit")
        var oids: [Digest] = []
        for number in 4..<max(4, lines.count) {
            guard let oid = Digest(hex: try value(number, "oid")), oids.last.map({ $0 < oid }) ?? true else {
                throw FormatError(format, .malformed("line \(number + 1) is no digest in ascending order"))
            }
            oids.append(oid)
        }
        self.oids = oids
    }

    /// Returns the root without some objects; `nil` where nothing is left of it.
    package func removing(_ oids: Set<Digest>) -> RootRecord? {
        let left = self.oids.filter { !oids.contains($0) }
        guard !left.isEmpty else { return nil }
        return RootRecord(repository: repository, reference: reference, commit: commit, oids: left)
    }

    /// The content of the root file.
    package var text: String {
        var text = "git-model-root 1\nrepository \(repository)\nref \(reference)\ncommit \(commit)\n"
        for oid in oids { text += "oid \(oid.hex)\n" }
        return text
    }

    /// The name of the root file.
    package var id: Digest { SHA256.digest(of: Array(text.utf8)) }
}
