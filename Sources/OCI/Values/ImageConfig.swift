package import ModelCore

/// The configuration of an image that runs as a container (OCI image-spec 1.1, "Image Configuration").
///
/// Of a configuration that was read, everything stays that is not changed.
package struct ImageConfig: Sendable, Hashable {
    /// The most bytes that a configuration may have.
    package static let byteLimit = 4 << 20

    private var fields: [String: JSONValue]
    private var settings: [String: JSONValue]

    /// Creates the configuration of an image without layers.
    package init(architecture: String = "amd64", system: String = "linux") {
        fields = [
            "architecture": .string(architecture), "os": .string(system),
            "rootfs": .object(["type": "layers", "diff_ids": .array([])]),
        ]
        settings = [:]
    }

    /// Reads a configuration; throws `FormatError` for what is none.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count <= ImageConfig.byteLimit, let fields = try JSONValue(parsing: bytes).object else {
            throw ImageConfig.malformed("it is no JSON object of at most \(ImageConfig.byteLimit) bytes")
        }
        guard let root = fields["rootfs"]?.object, root["type"]?.string == "layers",
            let layers = root["diff_ids"]?.array,
            layers.allSatisfy({ $0.string.flatMap(Digest.init(reference:)) != nil })
        else { throw ImageConfig.malformed("it does not say what its layers are") }
        self.fields = fields
        settings = fields["config"]?.object ?? [:]
    }

    /// The configuration's bytes.
    package var encoded: [UInt8] {
        var fields = fields
        fields["config"] = settings.isEmpty ? nil : .object(settings)
        return CanonicalJSON.bytes(of: .object(fields))
    }

    /// The layers, the lowest first, by the SHA-256 of what they are when they are not compressed.
    package var layers: [Digest] {
        let ids = fields["rootfs"]?.object?["diff_ids"]?.array ?? []
        return ids.compactMap { $0.string.flatMap(Digest.init(reference:)) }
    }

    /// The words that start the container.
    package var entrypoint: [String] { settings["Entrypoint"]?.array?.compactMap(\.string) ?? [] }
    /// The variables, as `NAME=value`.
    package var variables: [String] { settings["Env"]?.array?.compactMap(\.string) ?? [] }
    /// The labels.
    package var labels: [String: String] { settings["Labels"]?.object?.compactMapValues(\.string) ?? [:] }

    /// Puts a layer on top, and says who made it.
    package mutating func add(layer: Digest, by author: String, at time: String) {
        let ids = fields["rootfs"]?.object?["diff_ids"]?.array ?? []
        fields["rootfs"] = .object(["type": "layers", "diff_ids": .array(ids + [.string("\(layer)")])])
        let entry = JSONValue.object(["created": .string(time), "created_by": .string(author)])
        // A history that leaves out layers is refused by some, so that one is not begun in the middle.
        guard ids.isEmpty || fields["history"] != nil else { return }
        fields["history"] = .array((fields["history"]?.array ?? []) + [entry])
    }

    /// Says when the image was made.
    package mutating func setCreated(_ time: String) { fields["created"] = .string(time) }

    /// Sets the words that start the container, and leaves out those that the base image would have added to them.
    package mutating func setEntrypoint(_ words: [String]) {
        settings["Entrypoint"] = .array(words.map { .string($0) })
        settings["Cmd"] = nil
    }

    /// Sets the directory that the container starts in.
    package mutating func setDirectory(_ path: String) { settings["WorkingDir"] = .string(path) }

    /// Says that the container listens on a port.
    package mutating func expose(_ port: Int) {
        var ports = settings["ExposedPorts"]?.object ?? [:]
        ports["\(port)/tcp"] = .object([:])
        settings["ExposedPorts"] = .object(ports)
    }

    /// Sets a variable.
    package mutating func set(_ name: String, to value: String) {
        let others = variables.filter { !$0.hasPrefix("\(name)=") }
        settings["Env"] = .array((others + ["\(name)=\(value)"]).map { .string($0) })
    }

    /// Adds labels; what the base image says of itself under the same names goes.
    package mutating func label(_ labels: [String: String]) {
        let merged = self.labels.merging(labels) { $1 }
        settings["Labels"] = CanonicalJSON.texts(merged)
    }

    private static func malformed(_ what: String) -> FormatError {
        FormatError("image configuration", .malformed(what))
    }
}
