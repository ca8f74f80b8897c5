/// A page of the list of a bucket's keys (`ListObjectsV2` of Amazon's S3 API reference).
struct S3Listing: Sendable {
    /// The keys and the sizes of what they name.
    private(set) var files: [(key: String, size: Int64)] = []
    /// What the next page is asked for with.
    private(set) var nextToken: String?
    /// Whether the service says that no page follows.
    private(set) var isComplete = true

    init(_ document: String) {
        var key = ""
        var size: Int64 = 0
        for element in XMLElements(document) {
            switch element.path {
            case "ListBucketResult/Contents/Key": key = element.text
            case "ListBucketResult/Contents/Size": size = Int64(element.text) ?? 0
            case "ListBucketResult/Contents": files.append((key, size))
            case "ListBucketResult/NextContinuationToken": nextToken = element.text.isEmpty ? nil : element.text
            case "ListBucketResult/IsTruncated": isComplete = element.text != "true"
            default: break
            }
        }
        if isComplete { nextToken = nil }
    }
}
