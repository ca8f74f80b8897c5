import Transport

/// Where a store is in an S3 service: a bucket, a prefix of its keys, and the service itself where it is not Amazon's.
package struct S3Location: Hashable, Sendable {
    private let place: BucketPath
    /// The service, where it is not Amazon's.
    let endpoint: HTTPAddress?
    /// The region to sign for, where it is not the environment's.
    let region: String?

    /// Parses what follows `s3://`: `bucket[/prefix][?endpoint=URL][&region=NAME]`.
    init(parsing text: String, of url: String) throws(RemoteError) {
        let path = text.prefix { $0 != "?" }
        place = try BucketPath(parsing: path, of: url)
        let query = try URLQuery(text.dropFirst(path.count), of: url, knowing: ["endpoint", "region"])
        region = query["region"]
        guard region.map(AWSRegion.isName) ?? true else {
            throw .unusableURL(url, reason: "its region is no name of one: letters, digits and '-'")
        }
        endpoint = try query["endpoint"].map { text throws(RemoteError) in try BucketPath.endpoint(text, of: url) }
    }

    /// The bucket's name.
    var bucket: String { place.bucket }

    /// What all keys of the store begin with: nothing, or a path that ends with `/`.
    var prefix: String { place.prefix }

    /// The URL in its one spelling.
    var text: String {
        var query: [String] = []
        if let endpoint { query.append("endpoint=" + endpoint.origin) }
        if let region { query.append("region=" + region) }
        return "s3://\(place.text)" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }
}
