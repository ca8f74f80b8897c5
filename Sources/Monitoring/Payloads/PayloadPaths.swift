package import ModelCore

/// Where the features are in a request and the predictions in an answer.
package struct PayloadPaths: Sendable, Hashable {
    /// The features; `nil` for where MLflow's and the v2 protocol have them.
    package var features: JSONPath?
    /// The predictions; `nil` for where MLflow's and the v2 protocol have them.
    package var predictions: JSONPath?

    /// Reads paths; throws for a text that is none.
    package init(features: String? = nil, predictions: String? = nil) throws(FormatError) {
        if let features { self.features = try JSONPath(features) }
        if let predictions { self.predictions = try JSONPath(predictions) }
    }

    /// Those of MLflow's and the v2 protocol.
    package init() {}
}
