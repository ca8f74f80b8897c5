package import Registry

/// What is to be said of a model: what is `nil` stays as it is, and an empty text takes something back.
package struct ModelChanges: Sendable {
    /// What it is for.
    package var task: String?
    /// The licence.
    package var license: String?
    /// The model that it was made from.
    package var base: String?
    /// The file that its signature is read from.
    package var signature: String?
    /// Where sample inputs are.
    package var sample: String?
    /// Where what it should give for them is.
    package var expected: String?
    /// The tolerance as a share of what is expected.
    package var rtol: Double?
    /// The tolerance beside that.
    package var atol: Double?
    /// How what it gives is compared.
    package var comparison: ModelExpectation.Comparison?
    /// The command that serves it.
    package var serve: String?
    /// The program that serves it, to begin with; the command is the program's where none is given.
    package var serveTemplate: ServeTemplate?
    /// The command that turns a file of inputs into one of outputs.
    package var batch: String?
    /// Where requests with samples go to on its server.
    package var endpoint: String?
    /// Where its server says whether it is ready.
    package var health: String?
    /// Where the model card is: a path or a URL.
    package var card: String?
    /// Whatever else, as texts of the form `key=value`; one without a value is taken back.
    package var metadata: [String] = []

    /// Creates no changes.
    package init() {}

    /// Whether nothing is to be changed.
    package var isEmpty: Bool {
        let texts = [task, license, base, signature, sample, expected, serve, batch, endpoint, health, card]
        return metadata.isEmpty && comparison == nil && rtol == nil && atol == nil && serveTemplate == nil
            && texts.allSatisfy { $0 == nil }
    }
}
