/// A name and a password for a URL, as Git's credential helpers or the user gave them.
package struct GitCredential: Sendable, Hashable {
    /// The URL that they are for.
    package let url: String
    /// The user's name.
    package let username: String
    /// The password, or a token.
    package let password: String

    /// Creates a credential.
    package init(url: String, username: String, password: String) {
        self.url = url
        self.username = username
        self.password = password
    }
}

extension GitProgram {
    /// Asks for the credentials of a URL, as Git itself would (git-credential(1)); `nil` where nobody has any.
    package func credential(for url: String) async throws(GitError) -> GitCredential? {
        let input = try GitProgram.description([("url", url)])
        let output = try await run(["credential", "fill"], input: input, accepting: [0, 128])
        guard output.exitCode == 0 else { return nil }
        var values: [Substring: String] = [:]
        for line in output.lines {
            guard let end = line.firstIndex(of: "=") else { continue }
            values[line[..<end]] = String(line[line.index(after: end)...])
        }
        guard let username = values["username"], let password = values["password"] else { return nil }
        return GitCredential(url: url, username: username, password: password)
    }

    /// Lets the helpers keep credentials that worked.
    package func approve(_ credential: GitCredential) async throws(GitError) {
        try await run(["credential", "approve"], input: GitProgram.description(credential))
    }

    /// Lets the helpers forget credentials that were refused.
    package func reject(_ credential: GitCredential) async throws(GitError) {
        try await run(["credential", "reject"], input: GitProgram.description(credential))
    }

    private static func description(_ credential: GitCredential) throws(GitError) -> [UInt8] {
        let (name, password) = (credential.username, credential.password)
        return try description([("url", credential.url), ("username", name), ("password", password)])
    }

    private static func description(_ values: [(String, String)]) throws(GitError) -> [UInt8] {
        // A line break would begin another key.
        guard values.allSatisfy({ !$0.1.utf8.contains { [0, 10, 13].contains($0) } }) else {
            throw GitError(.invalidName("a URL with a line break"), command: "git credential")
        }
        return Array((values.map { "\($0.0)=\($0.1)\n" }.joined() + "\n").utf8)
    }
}
