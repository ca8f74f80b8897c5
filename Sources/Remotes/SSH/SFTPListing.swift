import SystemIO

/// Finds the files in a directory of a server, at any depth, many directories at a time.
struct SFTPListing {
    private static let width = 16
    /// Deeper than any store, so that a server cannot go on for ever.
    private static let deepest = 16
    /// More than any directory of a store has, for the same reason.
    private static let most = 1 << 22

    /// What one directory holds.
    private struct Page: Sendable {
        var files: [RemoteFile] = []
        var directories: [String] = []
    }

    let session: SFTPSession
    /// Whether what was never finished is meant, in place of everything else.
    var areUnfinished = false

    /// Returns the files with their paths in the directory, without links; none where there is no such directory.
    func files(under root: String) async throws(SFTPFailure) -> [RemoteFile] {
        let result = await withTaskGroup(of: Result<Page, SFTPFailure>.self) { group in
            var files: [RemoteFile] = []
            var waiting = [""]
            var running = 0
            while running > 0 || !waiting.isEmpty {
                while running < SFTPListing.width, let directory = waiting.popLast() {
                    group.addTask { await page(of: directory, under: root) }
                    running += 1
                }
                guard let outcome = await group.next() else { break }
                running -= 1
                switch outcome {
                case .success(let page):
                    files += page.files
                    waiting += page.directories
                case .failure(let failure): return Result<[RemoteFile], SFTPFailure>.failure(failure)
                }
            }
            return .success(files)
        }
        return try result.get()
    }

    private func page(of directory: String, under root: String) async -> Result<Page, SFTPFailure> {
        do throws(SFTPFailure) { return .success(try await read(directory, under: root)) } catch {
            return .failure(error)
        }
    }

    private func read(_ directory: String, under root: String) async throws(SFTPFailure) -> Page {
        let path = directory.isEmpty ? root : root + "/" + directory
        let handle: SFTPHandle
        do throws(SFTPFailure) { handle = try await session.send(.openDirectory(path)).handle() } catch {
            // Gone meanwhile, or never there.
            guard error.isNoSuchFile else { throw error }
            return Page()
        }
        defer { session.send(.close(handle)) }
        var page = Page()
        // One request ahead, for the last answer is always that there is no more.
        var ahead = session.send(.readDirectory(handle))
        while true {
            let reply = ahead
            ahead = session.send(.readDirectory(handle))
            guard let names = try await reply.names() else { return page }
            for name in names where SFTPListing.isOurs(name.text) {
                let file = directory.isEmpty ? name.text : directory + "/" + name.text
                try await add(name, file, under: root, to: &page)
            }
        }
    }

    private func add(_ name: SFTPName, _ file: String, under root: String, to page: inout Page)
        async throws(SFTPFailure)
    {
        guard page.files.count + page.directories.count < SFTPListing.most else { throw .unexpected }
        var attributes = name.attributes
        if attributes.kind == nil || attributes.size == nil && attributes.kind == .regular {
            let reply = session.send(.status(root + "/" + file, followingLinks: false))
            do throws(SFTPFailure) { attributes = try await reply.attributes() } catch {
                guard error.isNoSuchFile else { throw error }
                return
            }
        }
        switch attributes.kind {
        case .regular where TemporaryFile.isTemporary(name.text) == areUnfinished:
            let modified = attributes.modified.map { Int64($0) * 1_000_000_000 }
            page.files.append(
                RemoteFile(path: file, size: Int64(clamping: attributes.size ?? 0), modified: modified)
            )
        case .directory where file.count(where: { $0 == "/" }) < SFTPListing.deepest: page.directories.append(file)
        default: break
        }
    }

    /// Whether a name can be one of a store's files; a path from a server may not lead anywhere else.
    private static func isOurs(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.contains("/")
    }
}
