import ModelCore

/// Keys in the JSON that programs and metadata services hand out, whose members differ in their names.
struct AWSKeyDocument: Sendable {
    private let members: [String: JSONValue]

    /// Parses an object; `nil` for anything else.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let members = value.object else { return nil }
        self.members = members
    }

    /// Takes the members of an object.
    init(_ members: [String: JSONValue]) { self.members = members }

    /// The string of a member, where it has one.
    subscript(name: String) -> String? { members[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// The object of a member, where it has one.
    func document(_ name: String) -> AWSKeyDocument? { members[name]?.object.map(AWSKeyDocument.init) }

    /// The integer of a member, where it has one.
    func integer(_ name: String) -> Int64? { members[name]?.integer }

    /// Returns the keys of the document, whose token is a member of this name; an `Expiration` is a time in ISO 8601.
    func credentials(token: String) -> AWSCredentials? {
        guard let accessKey = self["AccessKeyId"], let secretKey = self["SecretAccessKey"] else { return nil }
        return AWSCredentials(
            accessKey: accessKey,
            secretKey: secretKey,
            sessionToken: self[token],
            expiry: self["Expiration"].flatMap(CivilDate.secondsSince1970).map { $0 * 1_000_000_000 }
        )
    }
}
