extension ModelDescription {
    /// What the name of a reference profile's file ends with, which stands beside the description: no model's name has
    /// a full stop.
    package static let referenceSuffix = ".reference" + fileSuffix

    /// The path of the model's reference profile, from the top of the repository.
    package var referencePath: String { "\(ModelDescription.directory)/\(name)\(ModelDescription.referenceSuffix)" }

    /// Whether a file below the directory of descriptions is one, by its name.
    package static func isDescription(_ path: String) -> Bool {
        path.hasSuffix(fileSuffix) && !path.hasSuffix(referenceSuffix)
    }
}
