import ModelCore

/// A page of the list of a bucket's keys (`ListObjectsV2` of Amazon's S3 API reference).
struct S3Listing: Sendable {
    /// A key and what it names.
    struct File: Sendable {
        let key: String
        let size: Int64
        /// When it was written, in s since 1970.
        let modified: Int64?
    }

    /// The files of the page.
    private(set) var files: [File] = []
    /// What the next page is asked for with.
    private(set) var nextToken: String?
    /// Whether the page came to its end: what is cut short, or is no list at all, says nothing of what is there.
    private(set) var isWhole = false
    /// Whether the service says that no page follows.
    private(set) var isComplete = true

    init(_ document: String) {
        var key = ""
        var size: Int64 = 0
        var modified: Int64?
        for element in XMLElements(document) {
            switch element.path {
            case "ListBucketResult/Contents/Key": key = element.text
            case "ListBucketResult/Contents/Size": size = Int64(element.text) ?? 0
            case "ListBucketResult/Contents/LastModified": modified = CivilDate.secondsSince1970(parsing: element.text)
            case "ListBucketResult/Contents": files.append(File(key: key, size: size, modified: modified))
            case "ListBucketResult/NextContinuationToken": nextToken = element.text.isEmpty ? nil : element.text
            case "ListBucketResult": isWhole = true
            case "ListBucketResult/IsTruncated": isComplete = element.text != "true"
            default: break
            }
        }
        if isComplete { nextToken = nil }
    }
}
