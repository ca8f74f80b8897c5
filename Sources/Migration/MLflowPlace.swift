import ModelCore

/// Where the files of a version of MLflow's are, by what is the same on every machine.
package enum MLflowPlace: Sendable, Hashable {
    /// Among the artifacts of a run, at this path there; empty for all of them.
    case run(String, path: String)
    /// What a logged model has, of which the id begins with `m-`.
    case loggedModel(String, path: String)
    /// Anywhere else, as the address says.
    case elsewhere(String)

    /// Reads an address: `runs:/`, `models:/m-…`, or any path or URL of a run's or logged model's directory of
    /// artifacts, whose machine need not be there any more.
    ///
    /// What follows is relative; whoever follows it checks each of its components.
    package init(_ address: String) {
        let parts = address.split(separator: "/").map(String.init)
        if address.hasPrefix("runs:/"), parts.count >= 2 {
            self = .run(parts[1], path: MLflowPlace.join(parts.dropFirst(2)))
            return
        }
        if address.hasPrefix("models:/"), parts.count >= 2, MLflowPlace.isLoggedModel(parts[1]) {
            self = .loggedModel(parts[1], path: MLflowPlace.join(parts.dropFirst(2)))
            return
        }
        for position in parts.indices.dropFirst() where parts[position] == "artifacts" {
            let owner = parts[position - 1]
            let path = MLflowPlace.join(parts[(position + 1)...])
            if MLflowPlace.isLoggedModel(owner) {
                self = .loggedModel(owner, path: path)
                return
            }
            if MLflowPlace.isRun(owner) {
                self = .run(owner, path: path)
                return
            }
        }
        self = .elsewhere(address)
    }

    private static func join(_ parts: ArraySlice<String>) -> String { parts.joined(separator: "/") }

    private static func isLoggedModel(_ text: String) -> Bool { text.hasPrefix("m-") && isRun(text.dropFirst(2)) }

    private static func isRun(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { Hexadecimal.value(ofLowercaseDigit: $0) != nil }
    }
}
