import ArgumentParser
import Operations

/// `git model cat`.
struct CatCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat",
        abstract: "Print the bytes of an artifact, or of one file in it, at any version",
        discussion: """
            Behind a version, the path counts from the top of the repository, unless it begins with ./ or ../. Without \
            one, it names what the pointer in the work tree says.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "VERSION:PATH, or PATH", completion: .file())
    var object: String

    @Option(help: "Print only the tensor of this name, fetching only its bytes")
    var tensor: String?

    @Option(help: "How a tensor is printed: \(PrintTensor.Encoding.allCases.map(\.rawValue).joined(separator: " or "))")
    var format: PrintTensor.Encoding = .npy

    @Flag(name: .customLong("no-fetch"), help: "Get nothing from a remote")
    var skipsFetching = false

    func validate() throws {
        if global.json { throw ValidationError("cat prints bytes, which --json cannot hold") }
    }

    func perform(in context: Context) async throws -> PrintArtifact.Report {
        guard let tensor else { return try await PrintArtifact(object, fetches: !skipsFetching).run(in: context) }
        return try await PrintTensor(object, tensor: tensor, encoding: format, fetches: !skipsFetching).run(in: context)
    }

    // The bytes are the result, and are printed.
    func render(_ report: PrintArtifact.Report, to text: inout Text) {}
}

extension PrintTensor.Encoding: ExpressibleByArgument {}
