import FoundationEssentials
package import SystemPackage

/// Debian's docker-registry on a free port of the loopback interface, with its content in a directory.
package final class RegistryServer: Sendable {
    private let process: LoopbackServer

    /// Starts a registry that keeps everything in `directory`, and its log beside it; `disk`, as `8m`, is for one that
    /// keeps it on a disk of that size, which nobody else sees.
    package init(in directory: FilePath, disk: String? = nil) async throws {
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let configuration = directory.string + ".yml"
        process = try await LoopbackServer(
            log: FilePath(directory.string + ".log"),
            environment: ["HOME": directory.string, "OTEL_TRACES_EXPORTER": "none"]
        ) { port in
            let text = """
                version: 0.1
                storage: {filesystem: {rootdirectory: "\(disk == nil ? directory : "/mnt")"}}
                http: {addr: "127.0.0.1:\(port)"}

                """
            // A port of an earlier attempt may stand there.
            try? Data(text.utf8).write(to: URL(filePath: configuration))
            let words = ["docker-registry", "serve", configuration]
            guard let disk else { return words }
            let mount = "mount -t tmpfs -o size=\(disk) none /mnt && exec \"$@\""
            return ["unshare", "--mount", "sh", "-c", mount, "sh"] + words
        }
    }

    /// The host's name and port.
    package var authority: String { "127.0.0.1:\(process.port)" }

    /// The port.
    package var port: Int { process.port }
}
