import ArgumentParser
import Operations

/// `git model store`, a group of verbs.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Choose the directory of the local store, which repositories can share",
        subcommands: [Show.self, Use.self, Alternate.self, Forget.self]
    )

    /// `git model store show`.
    struct Show: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show where the local store is, which repositories use it, and where it borrows"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        func perform(in context: Context) async throws -> ShowStore.Report {
            try await ShowStore().run(in: context)
        }

        func render(_ report: ShowStore.Report, to text: inout Text) {
            text.line(DisplayText.quoted(report.path))
            for user in report.users { text.line("  used by  \(DisplayText.quoted(user))") }
            for store in report.alternates { text.line("  borrows from  \(DisplayText.quoted(store))") }
        }
    }

    /// `git model store use`.
    struct Use: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "use",
            abstract: "Keep the bytes of this repository in another directory, which others may use too",
            discussion: """
                What is in the store so far is taken along; the old one is removed once nobody uses it. Each repository \
                that uses a store is registered there, and gc keeps what any of them needs. With .git/model/store, the \
                repository has a store of its own again.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The directory", completion: .directory)
        var path: String

        @Flag(help: "Make a new store for all users of your group")
        var group = false

        func perform(in context: Context) async throws -> UseStore.Report {
            try await UseStore(path, isForGroup: group).run(in: context)
        }

        func render(_ report: UseStore.Report, to text: inout Text) {
            let path = DisplayText.quoted(report.path)
            guard report.isChanged else { return text.line("The store is in \(path) already") }
            text.line("The store is in \(path) now: \(Quantity.bytes(report.bytes)) taken along")
        }
    }

    /// `git model store alternate`.
    struct Alternate: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "alternate",
            abstract: "Read what another store has from there, instead of fetching or storing it",
            discussion: """
                Nothing is written to the other store, and its owner's gc does not know of this one: what goes there has \
                to be fetched here. --remove first copies what is still needed, where it is there.
                """
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The directory of a store, or a repository with one", completion: .directory)
        var path: String

        @Flag(help: "No longer read from it")
        var remove = false

        func perform(in context: Context) async throws -> ChangeAlternates.Report {
            try await ChangeAlternates(remove ? .remove : .add, path).run(in: context)
        }

        func render(_ report: ChangeAlternates.Report, to text: inout Text) {
            let store = DisplayText.quoted(report.store)
            switch report.action {
            case .added: text.line("The store borrows from \(store) now")
            case .unchanged: text.line("The store borrows from \(store) already")
            case .removed:
                text.line("The store no longer borrows from \(store): \(Quantity.bytes(report.bytes)) copied")
            }
        }
    }

    /// `git model store forget`.
    struct Forget: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget",
            abstract: "Take a repository that is gone off the list of those that use the store"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The repository, or its Git directory", completion: .directory)
        var repository: String

        @Flag(name: .shortAndLong, help: "Even one that is still there")
        var force = false

        func perform(in context: Context) async throws -> ForgetStoreUser.Report {
            try await ForgetStoreUser(repository, isForced: force).run(in: context)
        }

        func render(_ report: ForgetStoreUser.Report, to text: inout Text) {
            text.line("\(DisplayText.quoted(report.repository)) no longer uses the store")
        }
    }
}
