import ArgumentParser
@testable import CommandLineInterface
import Operations
import TestSupport
import Testing

@Suite struct DocumentationTests {
    @Test func `docs/exit-codes.md lists exactly the codes there are`() throws {
        let lines = try PackageFiles.text("docs/exit-codes.md").split(separator: "\n").map(String.init)
        let codes = lines.compactMap { line in
            line.hasPrefix("| ") ? Int32(line.dropFirst(2).prefix { $0 != " " }) : nil
        }
        #expect(codes == ExitCodeTable.rows.map(\.code))
        #expect(codes == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 70, 126, 127, 130])
    }

    @Test func `docs/json.md names every kind of error`() throws {
        let text = try PackageFiles.text("docs/json.md")
        for kind in Failure.Kind.allCases { #expect(text.contains("`\(kind.rawValue)`")) }
        for outcome in Outcome.allCases { #expect(text.contains("`\(outcome.rawValue)`")) }
    }

    @Test func `docs/json.md lists every verb that is shown`() throws {
        let lines = try PackageFiles.text("docs/json.md").split(separator: "\n").map(String.init)
        guard let start = lines.firstIndex(of: "## Verbs") else { throw Missing() }
        let listed = lines[start...].compactMap { line in
            line.hasPrefix("| `") ? String(line.dropFirst(3).prefix { $0 != "`" }) : nil
        }
        let verbs = Root.configuration.subcommands.filter { $0.configuration.shouldDisplay }.flatMap { verb in
            let inner = verb.configuration.subcommands.map { "\(verb._commandName) \($0._commandName)" }
            return inner.isEmpty ? [verb._commandName] : inner
        }
        #expect(listed == verbs.sorted())
    }

    struct Missing: Error {}

    @Test func `The root's help lists the groups and global options`() {
        let page = HelpPage(width: 100).root()
        #expect(
            page.hasPrefix(
                """
                usage: git model [-C <dir>] <verb> [<options>]

                Version machine-learning models with Git.

                Every day
                  init
                """
            )
        )
        #expect(
            page.hasSuffix(
                """
                Options of every verb
                  -q, --quiet         Print only errors and what was asked for
                  -v, --verbose       Print details too
                  --json              Print the result, or the error, as one JSON document
                  --no-progress       Show no progress
                  -C <dir>            Run as if started in this directory
                  --color <when>      Use colour: auto, always or never (default: auto)
                  --trust <url>       Agree to this URL, target or command, this time only (can be repeated)

                `git model <verb> -h` shows a verb's options, `git help model` the manual;
                where `man` does not find that, `git model doctor` says what helps.

                """
            )
        )
        for command in Root.configuration.subcommands where command.configuration.shouldDisplay {
            #expect(page.contains("\n  \(command._commandName) "), "\(command._commandName)")
            #expect(page.contains(command.configuration.abstract), "\(command._commandName)")
        }
        #expect(!page.contains("documentation"))
    }

    @Test func `Every abstract is one imperative line without a full stop`() {
        for command in Root.configuration.subcommands {
            let abstract = command.configuration.abstract
            #expect(abstract.first?.isUppercase == true && !abstract.hasSuffix(".") && !abstract.contains("\n"))
            #expect(abstract.count < 70)
        }
    }

    @Test func `The hooks and the template in the binary are those in the package`() throws {
        for hook in EmbeddedFiles.hooks {
            #expect(String(decoding: hook.bytes, as: UTF8.self) == (try PackageFiles.text("hooks/\(hook.name)")))
        }
        for file in EmbeddedFiles.template {
            #expect(
                String(decoding: file.bytes, as: UTF8.self) == (try PackageFiles.text(".mver-template/\(file.name)"))
            )
        }
        #expect(EmbeddedFiles.hooks.map(\.name).sorted() == (try PackageFiles.names(in: "hooks")))
        for file in EmbeddedFiles.serve {
            let text = try PackageFiles.text(".mver-template/serve/\(file.name)")
            #expect(String(decoding: file.bytes, as: UTF8.self) == text)
        }
        let names = EmbeddedFiles.template.map(\.name) + ["serve"]
        #expect(names.sorted() == (try PackageFiles.names(in: ".mver-template")))
        #expect(EmbeddedFiles.serve.map(\.name) == (try PackageFiles.names(in: ".mver-template/serve")))
    }
}
