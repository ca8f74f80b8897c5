import ArgumentParser
import Operations

/// `git model completion`: prints what makes a shell complete verbs, options and their values.
struct CompletionCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell",
        discussion: """
            Both `git model <TAB>` and `git-model <TAB>` complete, the first where Git's own completion is loaded. \
            Redirect the output of

              bash   to ~/.local/share/bash-completion/completions/git-model
              zsh    to _git-model in a directory of $fpath
              fish   to ~/.config/fish/completions/git-model.fish
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "bash, zsh or fish")
    var shell: CompletionScript.Shell

    func perform(in context: Context) -> CompletionScript {
        CompletionScript(shell)
    }

    func render(_ report: CompletionScript, to text: inout Text) {
        text.raw(report.script)
    }
}

extension CompletionScript.Shell: ExpressibleByArgument {}
