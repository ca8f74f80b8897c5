import ModelCore
import SystemIO
import SystemPackage
import Transport

/// How this user logs in to MLflow servers, as MLflow's own client finds it (mlflow/utils/credentials.py).
struct MLflowLogin {
    private static let fileLimit = 1 << 16

    /// The field of requests; `nil` where there is no login.
    let authorization: String?
    /// Why the user's login is not sent, as a clause; `nil` where it is, or where there is none.
    let withheld: String?

    /// Takes name and password of the environment, else of `~/.mlflow/credentials`, else the environment's token.
    ///
    /// They are for the server of `MLFLOW_TRACKING_URI`, where that is set. Throws where they would go to another
    /// machine unencrypted, unless that variable is this very server.
    init(for server: HTTPAddress, in context: Context) throws {
        let own = context.environment["MLFLOW_TRACKING_URI"].flatMap { $0.isEmpty ? nil : $0 }
        let isOwn = own.flatMap { HTTPAddress($0) }?.origin == server.origin
        let found = try MLflowLogin.found(in: context)
        guard found != nil, own == nil || isOwn else {
            authorization = nil
            withheld = found.map { _ in "the login was not sent, as it is for the server of MLFLOW_TRACKING_URI" }
            return
        }
        guard server.isSecure || isOwn || TransportSettings.isLoopback(server.host) else {
            throw Failure(
                .failed,
                "the login for MLflow would go to \(server.origin) unencrypted",
                hints: ["use https, or say that it is for this server: `export MLFLOW_TRACKING_URI=\(server.origin)`"]
            )
        }
        (authorization, withheld) = (found, nil)
    }

    private static func found(in context: Context) throws -> String? {
        var values = context.environment
        if let home = context.environment["HOME"] {
            let file = FilePath(home).appending(".mlflow").appending("credentials")
            if try FileStatus.of(file, followingLinks: true) != nil {
                let text = String(decoding: try DurableFile.read(file, limit: MLflowLogin.fileLimit), as: UTF8.self)
                values.merge(MLflowLogin.settings(in: text)) { environment, _ in environment }
            }
        }
        func value(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let name = value("MLFLOW_TRACKING_USERNAME"), let password = value("MLFLOW_TRACKING_PASSWORD") {
            return "Basic " + "\(name):\(password)".base64
        }
        return value("MLFLOW_TRACKING_TOKEN").map { "Bearer \($0)" }
    }

    /// Returns the settings of the section `[mlflow]`, by the names of their variables.
    static func settings(in text: String) -> [String: String] {
        var settings: [String: String] = [:]
        var isOurs = false
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { word in
                String(word.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            }
            if words[0].hasPrefix("[") {
                isOurs = words[0] == "[mlflow]"
            } else if isOurs, words.count == 2, !words[0].hasPrefix("#"), !words[0].hasPrefix(";") {
                settings[words[0].uppercased()] = words[1]
            }
        }
        return settings
    }
}
