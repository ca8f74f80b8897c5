import Documents
package import ModelCore

/// The objects of a deployment, as one file of YAML: the same objects give the same bytes.
package enum Manifests {
    /// What stands at the head of the file, so that nobody changes it by hand.
    private static let head = "# Made by git-model, and by no hand: deploy a version, or roll back, to change it.\n"
    private static let separator = "---\n"

    /// Returns the documents, each behind a line of `---`.
    package static func text(of objects: [JSONValue]) -> String {
        head + objects.map { separator + document($0) }.joined()
    }

    /// Returns the Deployment in a file; `nil` where it has none that can be read.
    ///
    /// Numbers are not looked at: there is one replica, as where nothing says how many.
    package static func deployment(in text: String) -> LiveDeployment? {
        let documents = text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "---")
        for lines in documents {
            guard let value = try? JSONValue.texts(ofYAML: Array(lines.joined(separator: "\n").utf8)),
                let deployment = LiveDeployment(value)
            else { continue }
            return deployment
        }
        return nil
    }

    private static func document(_ object: JSONValue) -> String {
        (object.object ?? [:]).sorted { $0.key < $1.key }.flatMap { YAMLWriter.member($0.key, $0.value) }
            .map { $0 + "\n" }.joined()
    }
}
