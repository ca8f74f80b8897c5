import Remotes
import SystemPackage

/// A remote of which some files have other bytes than they should, or are not there.
struct TamperedRemote: RemoteDecorator {
    let inner: any Remote
    /// The files that are not as they were; `nil` where one is gone.
    let files: [String: [UInt8]?]

    init(_ inner: any Remote, _ files: [String: [UInt8]?]) {
        self.inner = inner
        self.files = files
    }

    func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        guard let changed = files[file] else { return try await inner.read(file, range: range) }
        guard let bytes = changed else { throw .notFound(name, file: file) }
        return range.map { Array(bytes[$0.clamped(to: 0..<bytes.count)]) } ?? bytes
    }

    func size(of file: String) async throws(RemoteError) -> Int64? {
        guard let changed = files[file] else { return try await inner.size(of: file) }
        return changed.map { Int64($0.count) }
    }

    func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        var listed = try await inner.list(directory).filter { files[directory + "/" + $0.path] == nil }
        for (file, bytes) in files {
            guard let bytes, file.hasPrefix(directory + "/") else { continue }
            listed.append(RemoteFile(path: String(file.dropFirst(directory.count + 1)), size: Int64(bytes.count)))
        }
        return listed
    }
}
