import ModelCore
import SystemIO

/// Finds the digest of a container image; nothing is pulled, and nothing is run in it.
struct ContainerImage {
    private static let questionMilliseconds = 20_000

    let environment: [String: String]

    /// Returns an image's name with its digest; the local engine is asked for one that has none.
    func withDigest(_ image: String) throws -> String {
        if let digest = image.firstRange(of: "@sha256:") {
            guard Digest(hex: image[digest.upperBound...]) != nil else {
                throw Failure(.usage, "\(QuotedPath.encode(image)) has no sha256 digest of 64 digits")
            }
            return image
        }
        let search = ExecutableSearch(path: environment["PATH"])
        for engine in ["docker", "podman"] {
            guard !image.hasPrefix("-"), let program = search.path(of: engine) else { continue }
            let output = ProgramOutput.of(
                program,
                ["image", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", image],
                environment: environment,
                within: ContainerImage.questionMilliseconds
            )
            let names = String(decoding: output ?? [], as: UTF8.self).split(separator: "\n")
            if let name = names.first(where: { $0.contains("@sha256:") }) { return String(name) }
        }
        // A registry may have a port.
        let last = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let name = image.dropLast(last.count) + last.prefix { $0 != ":" }
        throw Failure(
            .failed,
            "cannot find the digest of image \(QuotedPath.encode(image))",
            hints: ["name it by its digest: `--env docker=\(name)@sha256:…`"]
        )
    }
}
