import ArgumentParser
import Operations

/// The completion script of a shell, for `git-model` and for `git model`.
struct CompletionScript: Report {
    /// A shell that completes.
    enum Shell: String, CaseIterable, Encodable {
        case bash, zsh, fish
    }

    let shell: Shell
    let script: String

    init(_ shell: Shell) {
        self.shell = shell
        switch shell {
        case .bash: script = Root.completionScript(for: .bash) + "\n" + Self.bashSubcommand
        case .zsh: script = Self.zsh(Root.completionScript(for: .zsh))
        case .fish: script = Root.completionScript(for: .fish) + "\n" + Self.fishSubcommand
        }
    }

    /// Git's completion calls `_git_model` for `git model …`: present the words as if `git-model …` had been typed.
    private static let bashSubcommand = """

        _git_model() {
            local -i at=1
            while [[ "${at}" -lt "${COMP_CWORD}" && "${COMP_WORDS[at]}" != model ]]; do
                ((at++))
            done
            local -a model_words=(git-model "${COMP_WORDS[@]:at+1}")
            local -i model_word="$((COMP_CWORD - at))"
            local model_line="git-model${COMP_LINE#*[[:space:]]model}"
            local -i model_point="$((COMP_POINT + ${#model_line} - ${#COMP_LINE}))"
            local -a COMP_WORDS=("${model_words[@]}")
            local -i COMP_CWORD="${model_word}" COMP_POINT="${model_point}"
            local COMP_LINE="${model_line}"
            # Git's completion adds the blanks itself and shows no files; here bash does.
            compopt +o nospace -o filenames 2>/dev/null
            _git-model git-model "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        }

        """

    /// Fish's completion of git runs git-model's for `git model`, but up to fish 3.6 asks for `git git-model`.
    private static let fishSubcommand = """
        complete -c git -f -n '__fish_git_using_command model' -a '(__fish_git_complete_custom_command model)'

        """

    /// Zsh's completion of git calls `_git-model` too, with `model` as the command's name, and shows the second line.
    private static func zsh(_ script: String) -> String {
        var lines = script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines.insert("#description version machine-learning models", at: min(1, lines.count))
        for index in lines.indices where lines[index].hasSuffix("local -r command_name=\"${words[1]}\"") {
            lines[index] = "    local -r command_name=git-model"
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
