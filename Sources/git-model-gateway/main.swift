import FoundationEssentials
import Gateway
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

let code = await GatewayProgram.run(
    CommandLine.arguments,
    environment: ProcessInfo.processInfo.environment,
    version: "0.1.0",
    say: { line in _ = try? FileDescriptor.standardError.writeAll(Array("\(line)\n".utf8)) }
)
exit(code)
