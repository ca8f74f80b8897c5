import ModelCore
import Transport

/// A request for many objects at once, and its answer (git-lfs, `docs/api/batch.md`).
struct LFSBatch: Sendable {
    /// The most objects in one request, which hosts count.
    static let maximumCount = 100
    static let contentType = "application/vnd.git-lfs+json"

    let operation: LFSOperation
    let objects: [LFSPointer]

    /// The body of the request.
    var body: [UInt8] {
        JSONValue.object([
            "operation": .string(operation.rawValue),
            "transfers": .array([.string("basic")]),
            "ref": .object(["name": .string("refs/heads/" + LFSLocation.branch)]),
            "objects": .array(objects.map(\.json)),
            "hash_algo": .string("sha256"),
        ]).encoded
    }

    /// Returns what the server says of each object; those that it does not mention are left out.
    ///
    /// `now` is the time in ns since 1970.
    static func answers(_ response: [UInt8], now: Int64) throws(FormatError) -> [Digest: LFSAnswer] {
        let members = try JSONValue(parsing: response).object ?? [:]
        let transfer = members["transfer"]?.string ?? "basic"
        guard transfer == "basic", (members["hash_algo"]?.string ?? "sha256") == "sha256",
            let objects = members["objects"]?.array
        else { throw FormatError("LFS batch", .malformed("it is no answer for basic transfers of SHA-256 objects")) }
        var answers: [Digest: LFSAnswer] = [:]
        for object in objects {
            guard let members = object.object, let oid = members["oid"]?.string.flatMap({ Digest(hex: $0) }) else {
                throw FormatError("LFS batch", .malformed("an object has no oid"))
            }
            answers[oid] = LFSAnswer(members, now: now)
        }
        return answers
    }
}

extension LFSPointer {
    /// The object as requests name it.
    var json: JSONValue { .object(["oid": .string(oid.hex), "size": JSONValue(size)]) }
}

/// What a server says of one object.
struct LFSAnswer: Sendable {
    /// That an object cannot be had or taken, with a status as of HTTP.
    struct Refusal: Sendable {
        let status: Int
        let message: String
    }

    /// A request that the server tells to make.
    struct Action: Sendable {
        let url: String
        let fields: HTTPFields
    }

    /// How long before its end an action counts as over, in ns.
    private static let margin: Int64 = 5_000_000_000

    let refusal: Refusal?
    /// Where the bytes are, or are to go; `nil` for an upload that is not needed.
    let transfer: Action?
    /// What to call once the bytes are there.
    let verification: Action?
    /// Whether the actions need nothing more that says who asks.
    let isAuthenticated: Bool
    /// When the actions are over, in ns since 1970.
    private let end: Int64?

    fileprivate init(_ members: [String: JSONValue], now: Int64) {
        refusal = members["error"]?.object.map { error in
            let status = error["code"]?.integer.flatMap { Int(exactly: $0) } ?? 422
            return Refusal(status: status, message: error["message"]?.string ?? "")
        }
        let actions = members["actions"]?.object ?? members["_links"]?.object ?? [:]
        let transfer = (actions["download"] ?? actions["upload"])?.object ?? [:]
        self.transfer = LFSAnswer.action(transfer)
        verification = actions["verify"]?.object.flatMap(LFSAnswer.action)
        isAuthenticated = members["authenticated"]?.bool ?? false
        end = LFSAnswer.end(of: transfer, now: now)
    }

    /// Whether the actions can still be used at a time in ns since 1970.
    func isCurrent(at now: Int64) -> Bool { end.map { now < $0 - LFSAnswer.margin } ?? true }

    private static func action(_ members: [String: JSONValue]) -> Action? {
        guard let url = members["href"]?.string else { return nil }
        // What the transport says of the length is right.
        let own: Set = ["host", "content-length", "transfer-encoding"]
        let fields = (members["header"]?.object ?? [:]).compactMap { name, value in value.string.map { (name, $0) } }
        return Action(url: url, fields: HTTPFields(fields.filter { !own.contains($0.0.lowercased()) }))
    }

    /// Returns when an action or a login is over, by its `expires_in` or `expires_at`, in ns since 1970.
    static func end(of members: [String: JSONValue], now: Int64) -> Int64? {
        if let seconds = members["expires_in"]?.integer, seconds != 0 {
            return now + min(max(seconds, 0), 1 << 31) * 1_000_000_000
        }
        guard let seconds = members["expires_at"]?.string.flatMap({ CivilDate.secondsSince1970(parsing: $0) }),
            (1...(1 << 33)).contains(seconds)
        else { return nil }
        return seconds * 1_000_000_000
    }
}
