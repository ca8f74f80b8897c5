import SystemIO

/// Keys that a program prints, which a profile names as `credential_process` ("Process credential provider").
struct AWSProcess: CredentialSource {
    let profile: String
    let command: String?
    let environment: [String: String]
    let programs: ShellPrograms

    var name: String { "credential_process of profile \(profile)" }

    func find() async -> CredentialFinding<AWSCredentials> {
        guard let command else { return .none("it is not set") }
        do {
            let answer = try await programs.run(command, environment: environment)
            guard answer.exitCode == 0 else { return .failed(answer.failure) }
            guard let document = AWSKeyDocument(answer.output), document.integer("Version") == 1,
                let keys = document.credentials(token: "SessionToken")
            else { return .failed("it prints no keys of version 1") }
            return .found(keys)
        } catch is CancellationError { return .failed("it was interrupted") } catch { return .failed("\(error)") }
    }
}
