import TestSupport
import Testing

/// The completion scripts, run by the shells themselves.
@Suite struct CompletionTests {
    @Test func `bash completes git-model and git model`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run("git model completion bash >c.bash").expectSuccess()
        let script = """
            source c.bash
            complete_line() {
                COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}
                read -ra COMP_WORDS <<<"$1"; [[ "$1" == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                "$2" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                echo "${COMPREPLY[*]}"
            }
            complete_line 'git-model comp' _git-model
            complete_line 'git model comp' _git_model
            complete_line 'git -C . model completion z' _git_model
            complete_line 'git model completion --js' _git_model
            """
        try repository.write(script, to: "try.bash")
        let result = try await repository.run("bash try.bash")
        #expect(result.output == "completion\ncompletion\nzsh\n--json\n")
    }

    @Test func `bash and fish complete the versions, models and remotes that there are`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run("git model init --no-hooks --name m && git model remote add store ../remote")
            .expectSuccess()
        for version in ["v0.1.0", "v0.2.0"] {
            try repository.write(version, to: "weights.bin")
            try await repository.run("git model add weights.bin && git commit -qm x").expectSuccess()
            try await repository.run("git model tag \(version) -m x").expectSuccess()
        }
        let bash = """
            source <(git model completion bash)
            complete_line() {
                COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}
                read -ra COMP_WORDS <<<"$1"; [[ "$1" == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
                _git_model git "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                echo "${COMPREPLY[*]}"
            }
            complete_line 'git model checkout '
            complete_line 'git model push v0.2'
            complete_line 'git model push --remote '
            complete_line 'git model log '
            """
        try repository.write(bash, to: "try.bash")
        #expect(try await repository.run("bash try.bash").output == "v0.1.0 v0.2.0\nv0.2.0\nstore\nm\n")
        let fish = "git model completion fish | source; complete -C 'git model show '"
        #expect(try await repository.run("fish -c \"\(fish)\"").output == "v0.1.0\nv0.2.0\n")
    }

    @Test func `bash completes through Git's own completion`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run("git model completion bash >c.bash").expectSuccess()
        let script = """
            source /usr/share/bash-completion/bash_completion
            source /usr/share/bash-completion/completions/git
            source c.bash
            COMP_LINE='git model comp'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(git model comp); COMP_CWORD=2
            __git_wrap__git_main
            echo "${COMPREPLY[*]}"
            """
        try repository.write(script, to: "try.bash")
        #expect(try await repository.run("bash try.bash").output == "completion\n")
    }

    @Test func `fish completes git-model and git model`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run("git model completion fish >c.fish").expectSuccess()
        let script = "source c.fish; complete -C 'git-model comp'; complete -C 'git model comp'"
        let result = try await repository.run("fish -c \"\(script)\" | cut -f1")
        #expect(result.output == "completion\ncompletion\n")
    }

    @Test func `zsh reads the script, and Git's completion its description`() async throws {
        let repository = try await ScratchRepository()
        try await repository.run("git model completion zsh >_git-model").expectSuccess()
        let check = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d dump; print $_comps[git-model]"
        #expect(try await repository.run("zsh -n _git-model && zsh -fc '\(check)'").output == "_git-model\n")
        #expect(
            try await repository.run("head -2 _git-model").output
                == "#compdef git-model\n#description version machine-learning models\n"
        )
    }
}
