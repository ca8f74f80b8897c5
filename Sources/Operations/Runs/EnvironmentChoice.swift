import ModelCore

/// What the user says that the packages of a run come from.
package enum EnvironmentChoice: Sendable, Equatable {
    /// What the command uses, as far as can be seen.
    case automatic
    /// A container image, of which the digest is recorded and in which nothing is run.
    case docker(String)
    case conda
    case pip

    /// Reads `auto`, `docker=IMAGE`, `conda` or `pip`; `nil` for anything else.
    package init?(_ text: String) {
        switch text {
        case "auto": self = .automatic
        case "conda": self = .conda
        case "pip": self = .pip
        default:
            guard text.hasPrefix("docker="), text.count > "docker=".count else { return nil }
            self = .docker(String(text.dropFirst("docker=".count)))
        }
    }
}
