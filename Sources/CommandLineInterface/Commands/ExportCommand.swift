import ArgumentParser
import Operations

/// `git model export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what other machines and tools need",
        subcommands: [
            Directory.self, Tar.self, Image.self, Dockerfile.self, Triton.self, HuggingFace.self, Manifest.self,
            MLflow.self, Site.self,
        ]
    )

    /// `git model export manifest`.
    struct Manifest: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "manifest",
            abstract: "Write a file by which a machine without Git gets a version: `git model get --manifest`"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The version", completion: .words(.versions))
        var version: String

        @OptionGroup var limit: PathOptions

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("The file; by default standard output", valueName: "file"),
            completion: .file()
        )
        var output: String?

        @Flag(
            name: .customLong("sign"),
            help: "Sign it with the key that signs your tags; where neither is said, tag.gpgSign decides"
        )
        var isSigned = false

        @Flag(name: .customLong("no-sign"), help: "Leave it unsigned, whatever tag.gpgSign says")
        var isUnsigned = false

        func validate() throws {
            if isSigned, isUnsigned { throw ValidationError("--sign and --no-sign exclude each other") }
            if global.json, output == nil { throw ValidationError("--json needs -o, for the manifest is no report") }
        }

        func perform(in context: Context) async throws -> ExportManifest.Report {
            let signs = isSigned ? true : isUnsigned ? false : nil
            return try await ExportManifest(version, paths: limit.paths, to: output, signs: signs).run(in: context)
        }

        func render(_ report: ExportManifest.Report, to text: inout Text) {
            guard let file = report.file else { return }
            let what = "\(Quantity.count(report.artifacts, "artifact")), \(Quantity.bytes(report.size))"
            let place = DisplayText.quoted(file) + (report.isSigned ? ", signed" : "")
            text.line("Wrote the manifest of \(report.version), \(what), to \(place)")
        }
    }
}
