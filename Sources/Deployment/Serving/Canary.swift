import FoundationEssentials
import ModelCore

/// A release that gets a part of the traffic beside the current one, until somebody decides.
///
/// It is kept as JSON in the target's directory, so that a gateway that is started again divides the traffic as before.
package struct Canary: Sendable, Hashable, Codable {
    /// The version of this format.
    package static let schema = 1
    /// The shares that it may get, of a hundred.
    package static let percents = 1...99
    /// The most bytes that are read of one.
    package static let byteLimit = 64 << 10
    private static let fieldLimit = 64

    /// The version of the format that it was written in.
    package var schema = Canary.schema
    /// The release.
    package let release: ReleaseID
    /// Its share of the traffic, of a hundred.
    package let percent: Int
    /// The header field by whose value a caller stays with one release; `nil` for the gateway's own.
    package let stickyField: String?

    /// Creates a canary.
    package init(release: ReleaseID, percent: Int, stickyField: String? = nil) {
        self.release = release
        self.percent = percent
        self.stickyField = stickyField
    }

    /// Reads one; `nil` for what is none, or was written by a newer version.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Canary.byteLimit,
            let canary = try? JSONDecoder().decode(Canary.self, from: Data(bytes)), canary.schema == Canary.schema,
            Canary.percents.contains(canary.percent), canary.stickyField.map(Canary.isField) ?? true
        else { return nil }
        self = canary
    }

    /// The bytes, as all machine-written files have them.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return JSONText.indented(try encoder.encode(self))
    }

    /// Whether a text can be the name of a header field (RFC 9110, section 5.1), of 64 bytes at most.
    package static func isField(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= fieldLimit
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension DeploymentEvent {
    /// The share of the traffic that a release got which was `paused`; 0 of a rollback that took one back, `nil` of any
    /// other event.
    package var canaryPercent: Int? { details["canary"].flatMap { Int($0) } }

    /// Whether it took a release's share of the traffic back, so that what ran has all of it again: nothing else came
    /// to run.
    package var endsCanary: Bool { action == .rollback && canaryPercent == 0 }

    /// Notes what share of the traffic the release gets.
    package mutating func note(_ canary: Canary) {
        details["canary"] = "\(canary.percent)"
        details["stickyHeader"] = canary.stickyField
    }

    /// Notes that the release which it leaves behind had a share of the traffic, and no more.
    package mutating func noteEndOfCanary() { details["canary"] = "0" }
}
