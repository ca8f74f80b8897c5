import ArgumentParser
import Operations

/// Which files go, and whether they take the place of others.
struct ExportOptions: ParsableArguments {
    @Option(
        name: .customLong("only"),
        help: ArgumentHelp("Only files that match, as 'weights/**' (can be repeated)", valueName: "pattern")
    )
    var patterns: [String] = []

    @Flag(name: .shortAndLong, help: "Replace what is there")
    var force = false

    func request(_ version: String, to destination: String) -> ExportRequest {
        ExportRequest(version, to: destination, paths: patterns, isForced: force)
    }
}

/// What an export into a directory takes.
struct DirectoryExport: ParsableArguments {
    @Argument(help: "The version", completion: .words(.versions)) var version: String
    @Argument(help: "The directory, which is made", completion: .directory) var destination: String
    @OptionGroup var options: ExportOptions

    var request: ExportRequest { options.request(version, to: destination) }
}

/// How an image is made of a version.
struct ImageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The image to make it on, by its digest; \"captured\" is the one that the version's run was recorded in",
            valueName: "image@digest"
        )
    )
    var base: String?

    @Option(
        help: ArgumentHelp(
            "What starts the container; with a base image, by default what serves the version",
            valueName: "command"
        )
    )
    var entrypoint: String?
}

extension ExportCommand {
    /// `git model export dir`.
    struct Directory: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "dir",
            abstract: "Write the files of a version into a directory"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var export: DirectoryExport

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportFiles(export.request, as: .directory).run(in: context)
        }
    }

    /// `git model export tar`.
    struct Tar: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "tar",
            abstract: "Write the files of a version as a tar, which is the same whenever and wherever it is made"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @Argument(help: "The version", completion: .words(.versions)) var version: String
        @Argument(help: "The file", completion: .file()) var destination: String
        @OptionGroup var options: ExportOptions

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportFiles(options.request(version, to: destination), as: .tar).run(in: context)
        }
    }

    /// `git model export dockerfile`.
    struct Dockerfile: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "dockerfile",
            abstract: "Write a directory with a Dockerfile and the files of a version, to build an image of"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions
        @OptionGroup var export: DirectoryExport
        @OptionGroup var image: ImageOptions

        func perform(in context: Context) async throws -> ExportReport {
            try await ExportFiles(export.request, as: .dockerfile, base: image.base, entrypoint: image.entrypoint)
                .run(in: context)
        }
    }
}

extension ModelCommand where Output == ExportReport {
    /// Says what was exported where.
    func render(_ report: ExportReport, to text: inout Text) { text.export(report) }
}

extension Text {
    /// Says what was exported where.
    mutating func export(_ report: ExportReport) {
        let what = "\(Quantity.count(report.files, "file")), \(Quantity.bytes(report.size))"
        line("Exported \(report.version), \(what), to \(DisplayText.quoted(report.destination))")
        for (name, digest) in [("digest", report.digest), ("ModelPack", report.modelPack)] {
            guard let digest, name == "digest" || digest != report.digest else { continue }
            line("  \(name)  \(digest)")
        }
        if let tags = report.tags, !tags.isEmpty { line("  tags  \(tags.joined(separator: ", "))") }
    }
}
