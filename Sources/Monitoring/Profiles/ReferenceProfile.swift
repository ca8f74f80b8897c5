import ModelCore

/// How the features and predictions of the data that a model was trained on are spread: what live traffic is compared
/// with.
///
/// A JSON file, `.mver/models/<name>.reference.json`, that travels with a version.
package struct ReferenceProfile: Sendable, Hashable {
    /// The version of this format.
    package static let schema = 1
    /// The most features that a profile may have.
    package static let featureLimit = 256
    /// The most bytes that a profile may have.
    package static let byteLimit = 16 << 20
    /// What rules and payloads call the predictions.
    package static let predictionName = "prediction"

    /// How many rows the data had.
    package var rows: Int
    /// The features' names in the order of the data's columns, by which rows without names are read.
    package var columns: [String]
    /// The features by their names.
    package var features: [String: FeatureProfile]
    /// The predictions; `nil` where the data has none.
    package var predictions: FeatureProfile?

    /// Creates a profile.
    package init(
        rows: Int,
        columns: [String],
        features: [String: FeatureProfile],
        predictions: FeatureProfile? = nil
    ) {
        self.rows = rows
        self.columns = columns
        self.features = features
        self.predictions = predictions
    }
}
