/// What the page of a version shows, beside what lists have of it.
package struct SiteVersionDetails: Sendable {
    /// The version before it, as `v1.2.3`; `nil` for the first.
    package let previous: String?
    /// What its commit says of the model.
    package let description: ModelReport?
    /// The model's card, where it is in the repository.
    package let card: String?
    /// The metrics: what they were in the version before, and are.
    package let metrics: [ReviewChanges.Report.Metric]
    /// The hyperparameters.
    package let parameters: [String: String]
    /// The artifacts that differ from the version before.
    package let changes: [CompareVersions.Report.Artifact]
    /// How their layers changed.
    package let layers: [ReviewChanges.Report.Layers]
    /// The hyperparameters, data sets and properties of the environment that differ.
    package let parameterChanges: [ReviewChanges.Report.Row], dataChanges: [ReviewChanges.Report.Row]
    /// The properties of the environment that differ.
    package let environmentChanges: [ReviewChanges.Report.Row]
    /// The inputs and outputs that differ.
    package let signatureChanges: [ReviewChanges.Report.Row]
    /// The learning curves, over those of the version before.
    package let figures: SiteFigures
}
