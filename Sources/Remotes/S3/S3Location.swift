import Transport

/// Where a store is in an S3 service: a bucket, a prefix of its keys, and the service itself where it is not Amazon's.
package struct S3Location: Hashable, Sendable {
    /// The bucket's name.
    let bucket: String
    /// What all keys of the store begin with: nothing, or a path that ends with `/`.
    let prefix: String
    /// The service, where it is not Amazon's.
    let endpoint: HTTPAddress?
    /// The region to sign for, where it is not the environment's.
    let region: String?

    /// Parses what follows `s3://`: `bucket[/prefix][?endpoint=URL][&region=NAME]`.
    init(parsing text: String, of url: String) throws(RemoteError) {
        let place = text.prefix { $0 != "?" }
        bucket = String(place.prefix { $0 != "/" })
        guard S3Location.isBucket(bucket) else {
            throw .unusableURL(url, reason: "'\(bucket)' is no name of a bucket")
        }
        let path = place.dropFirst(bucket.count).split(separator: "/")
        guard !path.contains(".."), !path.contains(".") else {
            throw .unusableURL(url, reason: "a part of its path is . or ..")
        }
        prefix = path.map { $0 + "/" }.joined()
        let query = try URLQuery(text.dropFirst(place.count), of: url, knowing: ["endpoint", "region"])
        region = query["region"]
        endpoint = try query["endpoint"].map { text throws(RemoteError) in
            let address = HTTPAddress(text.contains("://") ? text : "https://" + text)
            guard let address, ["", "/"].contains(address.path), let endpoint = HTTPAddress(address.origin) else {
                throw .unusableURL(url, reason: "its endpoint is no http: or https: URL of a host")
            }
            return endpoint
        }
    }

    /// The URL in its one spelling.
    var text: String {
        var query: [String] = []
        if let endpoint { query.append("endpoint=" + endpoint.origin) }
        if let region { query.append("region=" + region) }
        return "s3://\(bucket)/\(prefix.dropLast())" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// Whether the name can be a bucket's on any service (Amazon's "Bucket naming rules", and the older ones with capitals).
    private static func isBucket(_ name: String) -> Bool {
        let isSound = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._".utf8.contains(byte)
        }
        return isSound && (1...255).contains(name.utf8.count) && !"-.".contains(name.first ?? "-")
    }
}
