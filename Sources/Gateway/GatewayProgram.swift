import Deployment
import FoundationEssentials
import Logging
import ServiceLifecycle
import SystemIO
import SystemPackage
import UnixSignals

/// The program `git-model-gateway`: its words and variables in, its exit code out.
package struct GatewayProgram: Service {
    private static let configurationLimit = 1 << 20

    private let gateway: Gateway
    private let say: @Sendable (String) -> Void

    /// Runs a gateway until it is asked to stop, and returns the exit code; `say` gets lines for people.
    package static func run(
        _ arguments: [String],
        environment: [String: String],
        version: String,
        say: @escaping @Sendable (String) -> Void
    ) async -> Int32 {
        if arguments.dropFirst() == ["--version"] {
            say("git-model-gateway version \(version)")
            return 0
        }
        guard arguments.count == 2 else {
            say("usage: git-model-gateway CONFIGURATION; `git model serve` and deployments write one")
            return 2
        }
        do {
            let configuration = try configuration(at: FilePath(arguments[1]))
            let gateway = try Gateway(configuration, environment: environment, version: version)
            let service = ServiceGroupConfiguration.ServiceConfiguration(
                service: GatewayProgram(gateway: gateway, say: say),
                successTerminationBehavior: .gracefullyShutdownGroup
            )
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [service],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await group.run()
            return 0
        } catch {
            say("error: \(error)")
            return code(of: error)
        }
    }

    /// Serves; `ServiceGroup` calls it.
    package func run() async throws { try await gateway.run(announce: say) }

    private static func configuration(at path: FilePath) throws -> GatewayConfiguration {
        let bytes = try DurableFile.read(path, limit: configurationLimit)
        do { return try JSONDecoder().decode(GatewayConfiguration.self, from: Data(bytes)) } catch {
            throw GatewayError.configuration("\(path) is none")
        }
    }

    /// The exit codes of git-model.
    private static func code(of error: any Error) -> Int32 {
        switch error as? GatewayError {
        case .configuration, .token: 2
        case .trial: 4
        case .running: 11
        default: 5
        }
    }
}
