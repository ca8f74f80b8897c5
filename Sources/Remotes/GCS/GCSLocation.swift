import Transport

/// Where a store is in Google Cloud Storage: a bucket, a prefix of its objects' names, and the service where it is not
/// Google's.
package struct GCSLocation: Hashable, Sendable {
    private let place: BucketPath
    /// The service, where it is not Google's.
    let endpoint: HTTPAddress?

    /// Parses what follows `gs://`: `bucket[/prefix][?endpoint=URL]`.
    init(parsing text: String, of url: String) throws(RemoteError) {
        let path = text.prefix { $0 != "?" }
        place = try BucketPath(parsing: path, of: url)
        let query = try URLQuery(text.dropFirst(path.count), of: url, knowing: ["endpoint"])
        endpoint = try query["endpoint"].map { text throws(RemoteError) in try BucketPath.endpoint(text, of: url) }
    }

    /// The bucket's name.
    var bucket: String { place.bucket }

    /// What all names of the store begin with: nothing, or a path that ends with `/`.
    var prefix: String { place.prefix }

    /// The URL in its one spelling.
    var text: String { "gs://\(place.text)" + (endpoint.map { "?endpoint=" + $0.origin } ?? "") }
}
