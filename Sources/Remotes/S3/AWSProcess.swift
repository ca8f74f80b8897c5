import Subprocess
import SystemPackage

/// Keys that a program prints, which a profile names as `credential_process` ("Process credential provider").
struct AWSProcess: AWSCredentialSource {
    private static let outputLimit = 1 << 20

    let profile: String
    let command: String?
    let environment: [String: String]

    var name: String { "credential_process of profile \(profile)" }

    func find() async -> AWSCredentialFinding {
        guard let command else { return .none("it is not set") }
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: ["-c", command],
                environment: .custom(Dictionary(variables) { first, _ in first }),
                output: .bytes(limit: AWSProcess.outputLimit),
                // What it complains of, it complains of to its user.
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            )
            guard result.terminationStatus.isSuccess else {
                return .failed("it ended with \(result.terminationStatus)")
            }
            guard let document = AWSKeyDocument(result.standardOutput), document.integer("Version") == 1,
                let keys = document.credentials(token: "SessionToken")
            else { return .failed("it prints no keys of version 1") }
            return .found(keys)
        } catch { return .failed("\(error)") }
    }
}
