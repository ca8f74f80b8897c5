import ModelCore

extension RepositoryPath {
    /// The path as one word of a shell's command line: whoever follows a hint copies it.
    var shellWord: String { ShellWord.quoted(text) }
}
