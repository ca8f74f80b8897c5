import ArgumentParser

/// The artifacts that a verb is limited to.
struct PathOptions: ParsableArguments {
    @Option(
        name: .customLong(Invocation.pathOption),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only this artifact, or those in this directory; also after -- (can be repeated)",
            valueName: "path"
        ),
        completion: .file()
    )
    var paths: [String] = []
}
