package import ModelCore
import Registry

/// What a model's description says.
package struct ModelReport: Report {
    /// A tensor that goes into the model or comes out.
    package struct Tensor: Encodable, Sendable {
        /// The name.
        package let name: String
        /// The type of its elements, such as `float32`.
        package let dtype: String
        /// The dimensions: a number, a name, or -1 for any; left out where not even their number is known.
        package let shape: [ModelSignature.Dimension]?
    }

    /// What the model takes and gives.
    package struct Signature: Encodable, Sendable {
        /// What goes in and what comes out.
        package let inputs: [Tensor], outputs: [Tensor]
    }

    /// What the model should give for its sample inputs.
    package struct Expectation: Encodable, Sendable {
        /// Where that is.
        package let path: String
        /// `close`, `exact`, `regex` or `jsonpath`.
        package let kind: String
        /// The tolerances, where somebody said them.
        package let rtol: Double?, atol: Double?
    }

    /// The model's name.
    package let model: String
    /// The path of its description.
    package let path: String
    /// Whether the description was changed.
    package let isChanged: Bool
    /// The paths of files that were laid to begin with, and staged.
    package var laid: [String] = []
    /// The paths of its artifacts.
    package let artifacts: [String]
    /// What it is for, its licence, what it was made from.
    package let task: String?, license: String?, base: String?
    /// What it takes and gives.
    package let signature: Signature?
    /// Where sample inputs are.
    package let sample: String?
    /// What it should give for them.
    package let expectation: Expectation?
    /// The words of the command that serves it.
    package let serve: [String]
    /// The words of the command that turns a file of inputs into one of outputs.
    package let batch: [String]
    /// Where requests with samples go to on its server, and where it says whether it is ready.
    package let endpoint: String?, health: String?
    /// Where the profile of the data is that it was trained on.
    package let reference: String?
    /// Where its card is.
    package let card: String?
    /// Whatever else is said of it.
    package let metadata: [String: String]
    package var warnings: [String] = []

    private enum CodingKeys: CodingKey {
        case model, path, isChanged, laid, artifacts, task, license, base, signature, sample, expectation, serve, batch
        case endpoint, health, reference, card, metadata
    }

    /// Takes over what a description says.
    init(_ description: ModelDescription, isChanged: Bool) {
        model = description.name.text
        path = description.path
        self.isChanged = isChanged
        artifacts = description.artifacts.map(\.text)
        task = description.task
        license = description.license
        base = description.base
        signature = description.signature.map(Signature.init)
        sample = description.sample?.text
        expectation = description.expectation.map(Expectation.init)
        serve = description.serve
        batch = description.batch
        endpoint = description.endpoint
        health = description.health
        reference = description.reference?.text
        card = description.card
        metadata = description.metadata
    }
}

extension ModelReport.Signature {
    fileprivate init(_ signature: ModelSignature) {
        inputs = signature.inputs.map(ModelReport.Tensor.init)
        outputs = signature.outputs.map(ModelReport.Tensor.init)
    }
}

extension ModelReport.Tensor {
    fileprivate init(_ value: ModelSignature.Value) {
        self.init(name: value.name, dtype: value.dtype, shape: value.shape)
    }
}

extension ModelReport.Expectation {
    fileprivate init(_ expectation: ModelExpectation) {
        self.init(
            path: expectation.path.text,
            kind: expectation.comparison.rawValue,
            rtol: expectation.rtol,
            atol: expectation.atol
        )
    }
}
