import ModelCore

/// The recipe of the plain image, for those who build on it themselves.
package enum Dockerfile {
    /// Returns the recipe; the context that it is built in has the files under `models/`.
    package static func text(_ facts: ImageFacts, base: String?, entrypoint: [String]) -> String {
        var lines = ["FROM \(base ?? "scratch")", "COPY models/ \(PlainImage.directory)/"]
        for (name, value) in facts.annotations.sorted(by: { $0.key < $1.key }) {
            lines.append("LABEL \(name)=\(quoted(value))")
        }
        guard !entrypoint.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        for (name, value) in PlainImage.variables.sorted(by: { $0.key < $1.key }) {
            lines.append("ENV \(name)=\(quoted(value))")
        }
        lines += ["WORKDIR \(PlainImage.directory)", "EXPOSE \(PlainImage.port)"]
        let words = CanonicalJSON.bytes(of: .array(entrypoint.map { .string($0) }))
        lines.append("ENTRYPOINT \(String(decoding: words, as: UTF8.self))")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Returns a text in quotation marks as the builder reads it: nothing in it is a variable, and it ends no line.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\", "$": "\\\(scalar)"
            case "\n", "\r": " "
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
