import Transport

/// Where requests for a bucket go: to a host of the bucket's own, or to a path of the service's.
struct S3Endpoint: Sendable {
    private let origin: String
    private let path: String

    /// Chooses the form of the URLs.
    ///
    /// Amazon's hosts carry the bucket's name where TLS certificates allow it; other services get it in the path, which
    /// all of them understand. `named` is a service that the environment names, for locations that name none.
    init(of location: S3Location, region: String, _ named: HTTPAddress?) {
        if let address = location.endpoint ?? named {
            origin = address.origin
            path = "/" + PercentEncoding.encoded(location.bucket) + "/"
            return
        }
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let isHostName = !location.bucket.contains(".") && location.bucket.lowercased() == location.bucket
        origin = "https://\(isHostName ? location.bucket + "." : "")s3.\(region).\(domain)"
        path = isHostName ? "/" : "/\(location.bucket)/"
    }

    /// Returns the URL of a key, or of the bucket itself with a query.
    func url(key: String?, query: String?) -> String {
        origin + path + PercentEncoding.encoded(key ?? "", keeping: "/") + (query.map { "?" + $0 } ?? "")
    }
}
