package import SystemPackage

/// giftless, a Git LFS server of other people's making, with its objects in a directory.
///
/// It knows no ranges.
package final class GiftlessServer: Sendable {
    /// The name and the kind of password that it takes.
    package static let user = "_jwt"
    private static let key = "a-key-of-tests-that-nobody-else-has"
    /// Asks itself first, for two first requests at once find half of what it sets up with the first.
    private static let script = """
        import sys
        from giftless.wsgi_entrypoint import app

        app.test_client().post("/org/first.git/info/lfs/objects/batch", json={"operation": "download", "objects": []})
        app.run(port=int(sys.argv[1]), threaded=True)
        """

    /// The program behind the port.
    package let process: LoopbackServer
    /// The file with one line a request.
    package let log: FilePath

    /// Starts a server whose files are in `directory`, for everybody, or for those who have a token.
    package init(in directory: FilePath, wantsLogin: Bool = false) async throws {
        let authentication =
            wantsLogin
            ? #"{factory: "giftless.auth.jwt:factory", options: {algorithm: HS256, private_key: \#(GiftlessServer.key)}}"#
            : #""giftless.auth.allow_anon:read_write""#
        let configuration = """
            LEGACY_ENDPOINTS: false
            AUTH_PROVIDERS: [\(authentication)]
            PRE_AUTHORIZED_ACTION_PROVIDER:
              factory: giftless.auth.jwt:factory
              options: {algorithm: HS256, private_key: \(GiftlessServer.key), default_lifetime: 900}
            TRANSFER_ADAPTERS:
              basic:
                factory: giftless.transfer.basic_streaming:factory
                options:
                  storage_class: giftless.storage.local_storage:LocalStorage
                  storage_options: {path: "\(directory)"}
                  action_lifetime: 900

            """
        log = FilePath(directory.string + ".log")
        process = try await LoopbackServer(
            log: log,
            environment: ["HOME": directory.string, "GIFTLESS_CONFIG_STR": configuration, "PYTHONWARNINGS": "ignore"]
        ) {
            ["python", "-c", GiftlessServer.script, "\($0)"]
        }
    }

    /// Returns the URL of the LFS server of a repository.
    package func url(of repository: String) -> String { "\(process.origin)/org/\(repository).git/info/lfs" }

    /// A shell command that prints a token for every repository.
    package static var tokenCommand: String {
        let claims = #"{"sub": "ada", "name": "Ada", "scopes": "obj:org/*/*:read,write,verify"}"#
        let script = "import jwt; print(jwt.encode(\(claims), \"\(key)\", algorithm=\"HS256\"))"
        return "'\(PackageFiles.root)/.build-venv/bin/python' -c '\(script)'"
    }
}
