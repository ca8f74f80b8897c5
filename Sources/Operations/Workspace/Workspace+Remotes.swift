import Git
import Registry
extension Workspace {
    func addRemote(_ name: String, url: String, isForced: Bool) async throws {
        try await repository.program.setConfiguration(
            try GitConfigurationKey("remote", name, "url"),
            to: url,
            in: .file(configurationFile)
        )
        if let trust = TrustStore(environment: context.environment) { try trust.add(url) }
    }
}
