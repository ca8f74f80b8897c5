import ArgumentParser
import Operations

/// `git model doctor`.
struct DoctorCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find what is missing or misconfigured, and what mends it",
        discussion:
            "Exits with 1 when something is. A manual page that `man` does not find is put into ~/.local/share/man."
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func perform(in context: Context) async throws -> Doctor.Report {
        try await Doctor(version: Version.current, manualPage: Array(ManualPage.roff().utf8)).run(in: context)
    }

    func render(_ report: Doctor.Report, to text: inout Text) {
        var table = Table([.left, .left])
        for check in report.checks {
            var subject = DisplayText.sanitized(check.subject)
            if let free = check.freeBytes { subject += ", \(Quantity.bytes(free)) free" }
            if let remedy = check.remedy { subject += "  mend it: \(DisplayText.sanitized(remedy))" }
            table.row(check.state, subject)
        }
        text.table(table)
    }
}
