import Transport

/// A bucket of a storage service and what all names of a store in it begin with.
struct BucketPath: Hashable, Sendable {
    /// The bucket's name.
    let bucket: String
    /// Nothing, or a path that ends with `/`.
    let prefix: String

    /// Parses `bucket[/prefix]`.
    init(parsing place: some StringProtocol, of url: String) throws(RemoteError) {
        bucket = String(place.prefix { $0 != "/" })
        guard BucketPath.isBucket(bucket) else {
            // What stands before an @ may be a key.
            let name = place.prefix { $0 != "/" }
            let shown = name.lastIndex(of: "@").map { "…" + name[$0...] } ?? String(name)
            throw .unusableURL(url, reason: "'\(shown)' is no name of a bucket")
        }
        let path = place.dropFirst(bucket.count).split(separator: "/")
        guard !path.contains(".."), !path.contains(".") else {
            throw .unusableURL(url, reason: "a part of its path is . or ..")
        }
        prefix = path.map { $0 + "/" }.joined()
    }

    /// The place without a slash at its end, unless it is a whole bucket.
    var text: String { "\(bucket)/\(prefix.dropLast())" }

    /// Whether the name can be a bucket's on any service (Amazon's "Bucket naming rules", and the older ones with
    /// capitals).
    private static func isBucket(_ name: String) -> Bool {
        let isSound = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._".utf8.contains(byte)
        }
        return isSound && (1...255).contains(name.utf8.count) && !"-.".contains(name.first ?? "-")
    }

    /// Parses the URL of a service that takes the place of the usual one.
    static func endpoint(_ text: String, of url: String) throws(RemoteError) -> HTTPAddress {
        let address = HTTPAddress(text.contains("://") ? text : "https://" + text)
        guard let address, ["", "/"].contains(address.path), let endpoint = HTTPAddress(address.origin) else {
            throw .unusableURL(url, reason: "its endpoint is no http: or https: URL of a host")
        }
        return endpoint
    }
}
