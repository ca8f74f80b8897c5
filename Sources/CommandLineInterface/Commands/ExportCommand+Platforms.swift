import ArgumentParser
import Operations

extension ExportCommand {
    /// `git model export oci`.
    struct Image: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "oci",
            abstract: "Make a ModelPack and an image of a version, in an OCI layout or in a registry",
            discussion: """
                The image has the files under /models/. Of one commit, the digests are the same whenever and wherever they are made. \
                Logins are those of `docker login` and `skopeo login`.
                """
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @Argument(help: "The version", completion: .words(.versions)) var version: String
        @Argument(
            help: "The directory of the layout, which is made, or docker://HOST/REPOSITORY[:TAG]",
            completion: .directory
        )
        var destination: String
        @Option(help: ArgumentHelp("both, image or modelpack", valueName: "form")) var form: String?
        @OptionGroup var image: ImageOptions
        @Flag(help: "Reach the registry without TLS, wherever it is") var insecure = false
        @OptionGroup var options: ExportOptions

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportImage(
                options.request(version, to: destination),
                form: form,
                base: image.base,
                entrypoint: image.entrypoint,
                isInsecure: insecure
            ).run(in: context)
        }
    }

    /// `git model export triton`.
    struct Triton: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "triton",
            abstract: "Write an ONNX model as a repository of Triton Inference Server",
            discussion: "What goes in and comes out is what the model's signature says, else what its graph does."
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var export: DirectoryExport

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportTriton(export.request).run(in: context)
        }
    }

    /// `git model export huggingface`.
    struct HuggingFace: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "huggingface",
            abstract: "Write a version as a repository of the Hugging Face Hub: its artifacts, licence and card"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var export: DirectoryExport

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportHuggingFace(export.request).run(in: context)
        }
    }
}
