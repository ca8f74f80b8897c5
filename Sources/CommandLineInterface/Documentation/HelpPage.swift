import ArgumentParser

/// What `-h` prints.
struct HelpPage {
    private let width: Int

    /// Creates pages for a number of columns; more than 100 are not used.
    init(width: Int) {
        self.width = min(max(width, 40), 100)
    }

    /// Returns the page of `git model`: the verbs by group, those of every day first.
    func root() -> String {
        var lines = ["usage: git model [-C <dir>] <verb> [<options>]", "", Root.configuration.abstract + "."]
        for group in Root.configuration.groupedSubcommands {
            let verbs = group.subcommands.filter { $0.configuration.shouldDisplay }
            guard !verbs.isEmpty else { continue }
            lines += ["", group.name] + verbs.flatMap { entry($0._commandName, $0.configuration.abstract, column: 15) }
        }
        lines += ["", "Options of every verb"]
        lines += CommandDescription.globalOptions.flatMap { entry($0.label, $0.meaning, column: 22) }
        lines += [
            "", "`git model <verb> -h` shows a verb's options, `git help model` the manual;",
            "where `man` does not find that, `git model doctor` says what helps.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Returns the page of a verb.
    func verb(_ type: any ParsableCommand.Type, path: [String]) -> String {
        let command = CommandDescription(type, path: path)
        var lines = ["usage: \(command.name) \(command.synopsis)".trimmingBlanks, "", command.abstract + "."]
        for section in [command.arguments, command.options] where !section.isEmpty {
            let column = min(section.map(\.label.count).max() ?? 0, 24) + 4
            lines += [""] + section.flatMap { entry($0.label, $0.meaning, column: column) }
        }
        if !command.subcommands.isEmpty {
            lines +=
                [""] + command.subcommands.flatMap { entry($0._commandName, $0.configuration.abstract, column: 15) }
        }
        if !command.discussion.isEmpty { lines += [""] + wrapped(command.discussion, indent: 0) }
        let global = CommandDescription.globalOptions.compactMap(\.spellings.first).joined(separator: ", ")
        lines += [""] + wrapped("Every verb also takes \(global): see `git model -h`.", indent: 0)
        return lines.joined(separator: "\n") + "\n"
    }

    /// A label and its meaning, which starts at a column, below the label where that is too long.
    private func entry(_ label: String, _ meaning: String, column: Int) -> [String] {
        var lines = wrapped(meaning, indent: column)
        let start = "  " + label
        if start.count + 2 <= column, let first = lines.first {
            lines[0] = start + first.dropFirst(start.count)
            return lines
        }
        return [start] + lines
    }

    /// Paragraphs broken into lines; a line that starts with a blank is an example and stays as it is.
    private func wrapped(_ text: String, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            if paragraph.isEmpty { return [""] }
            if paragraph.first == " " { return [margin + paragraph] }
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, indent + line.count + 1 + word.count > width {
                    lines.append(margin + line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            return lines + [margin + line]
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
