import ArgumentParser
import Operations

/// `git model fsck`.
struct FsckCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Check the store and what the pointers need of it"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Flag(help: "Read and check every byte")
    var deep = false

    @Flag(help: "Check that the default remote has every object too")
    var checkRemote = false

    @Flag(help: "Mend what can be mended, from the store itself and the default remote")
    var repair = false

    func perform(in context: Context) async throws -> CheckStore.Report {
        try await CheckStore(isDeep: deep, checksRemote: checkRemote, mends: repair).run(in: context)
    }

    func render(_ report: CheckStore.Report, to text: inout Text) {
        for finding in report.findings {
            let mended = finding.isMended ? " (mended)" : ""
            text.line("\(finding.severity)  \(DisplayText.quoted(finding.path)): \(finding.problem)\(mended)")
        }
        let absent = report.absent == 0 ? "" : ", \(report.absent) not here"
        let purged = report.purged == 0 ? "" : ", \(report.purged) purged"
        text.line("\(Quantity.count(report.complete, "artifact version")) can be rebuilt\(absent)\(purged)")
    }
}
