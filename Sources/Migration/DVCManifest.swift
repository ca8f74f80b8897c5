package import ModelCore

/// The files of a directory that DVC keeps, as the manifest in its cache lists them.
package struct DVCManifest: Sendable {
    /// One file.
    package struct File: Hashable, Sendable {
        /// The path in the directory.
        package let path: RepositoryPath
        /// Its bytes.
        package let hash: DVCHash

        /// Creates a file.
        package init(path: RepositoryPath, hash: DVCHash) {
            self.path = path
            self.hash = hash
        }
    }

    /// The most bytes that a manifest may have.
    package static let byteLimit = 256 << 20

    /// The files, in the order of a tree's listing.
    package let files: [File]

    /// Creates the manifest of files.
    package init(_ files: [File]) { self.files = files.sorted { $0.path < $1.path } }

    /// The bytes, exactly as DVC writes them: Python's `json.dumps` of the entries, sorted by path.
    package var encoded: [UInt8] {
        var bytes = Array("[".utf8)
        for (position, file) in files.enumerated() {
            if position > 0 { bytes += ", ".utf8 }
            bytes += "{\"md5\": \"\(file.hash.digits)\", \"relpath\": \"".utf8
            for unit in file.path.text.utf16 { DVCManifest.write(unit, to: &bytes) }
            bytes += "\"}".utf8
        }
        return bytes + "]".utf8
    }

    private static func write(_ unit: UInt16, to bytes: inout [UInt8]) {
        switch unit {
        case 0x22, 0x5C: bytes += [UInt8(ascii: "\\"), UInt8(unit)]
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x20...0x7F: bytes.append(UInt8(unit))
        default: bytes += "\\u\(Hexadecimal.string([UInt8(unit >> 8), UInt8(unit & 0xFF)]))".utf8
        }
    }

    /// Parses a manifest whose files are named by `algorithm`; throws `FormatError`, also for a path that leads out of
    /// the directory, is there twice or inside a file.
    package init(parsing bytes: [UInt8], _ algorithm: DVCHash.Algorithm) throws(FormatError) {
        func malformed(_ what: String) -> FormatError {
            FormatError("manifest of a directory of DVC", .malformed(what))
        }
        guard let items = try JSONValue(parsing: bytes).array else { throw malformed("it is no list") }
        var files: [File] = []
        files.reserveCapacity(items.count)
        for item in items {
            guard let name = item.object?["relpath"]?.string, let text = item.object?["md5"]?.string else {
                throw malformed("an entry has no path or no MD5")
            }
            guard let hash = DVCHash(text, algorithm), !hash.isDirectory else {
                throw malformed("what \(QuotedPath.encode(name)) has is no MD5 of a file")
            }
            do { files.append(File(path: try RepositoryPath(name), hash: hash)) } catch { throw malformed("\(error)") }
        }
        files.sort { $0.path < $1.path }
        let paths = Set(files.map(\.path))
        guard paths.count == files.count else { throw malformed("a path is there twice") }
        for path in paths {
            var outer = path.parent
            while let directory = outer, !paths.contains(directory) { outer = directory.parent }
            if let outer { throw malformed("\(path) lies inside the file \(outer)") }
        }
        self.files = files
    }
}
