import Transport

/// Reads parts of files of a server that may know no ranges: what it sends whole is kept a while for whoever wants
/// other parts of it.
actor PartialReads {
    /// Makes the request for a part, or for a whole file, and returns an answer that is no failure.
    typealias Request = @Sendable (RangedRead) async throws(RemoteError) -> HTTPResponse

    private typealias Download = Task<Result<[UInt8], RemoteError>, Never>

    /// Files are read from front to back, the end of one beside the beginning of the next.
    private static let keptCount = 2

    private let remote: String
    /// Whether the server sends parts; `nil` while nobody has asked it for one.
    private var sendsParts: Bool?
    /// The first question for a part: until it is answered, the others wait, or each of them might bring a whole file.
    private var probe: Download?
    private var files: [(name: String, download: Download)] = []

    init(_ remote: String) { self.remote = remote }

    /// Returns the bytes of a range, fewer where the file ends before it does.
    func read(_ range: Range<Int>, of file: String, by request: @escaping Request) async throws(RemoteError) -> [UInt8]
    {
        while sendsParts == nil {
            guard let probe else { return try await ask(range, of: file, by: request) }
            _ = await probe.value
        }
        guard sendsParts == false else {
            let part = RangedRead(range: range)
            return try part.bytes(from: try await request(part), of: file, in: remote)
        }
        let whole = try await PartialReads.value(of: download(of: file, by: request))
        return Array(whole.dropFirst(range.lowerBound).prefix(range.count))
    }

    private func ask(_ range: Range<Int>, of file: String, by request: @escaping Request) async throws(RemoteError)
        -> [UInt8]
    {
        let probe = Download {
            defer { self.probe = nil }
            do throws(RemoteError) {
                let part = RangedRead(range: range)
                let response = try await request(part)
                let isWhole = response.status == 200 && response.fields["Content-Range"] == nil
                // That a file is shorter says nothing of others.
                if response.status != 416 { sendsParts = !isWhole }
                if isWhole { keep(Download { .success(response.bytes) }, as: file) }
                return .success(try part.bytes(from: response, of: file, in: remote))
            } catch { return .failure(error) }
        }
        self.probe = probe
        return try await PartialReads.value(of: probe)
    }

    private func download(of file: String, by request: @escaping Request) -> Download {
        if let known = files.first(where: { $0.name == file }) { return known.download }
        let download = Download {
            do throws(RemoteError) { return .success(try await request(.wholePack).bytes) } catch {
                // Whoever tries again asks anew.
                files.removeAll { $0.name == file }
                return .failure(error)
            }
        }
        keep(download, as: file)
        return download
    }

    private func keep(_ download: Download, as file: String) {
        files.append((file, download))
        if files.count > PartialReads.keptCount { files.removeFirst() }
    }

    private static func value(of download: Download) async throws(RemoteError) -> [UInt8] {
        let result = await withTaskCancellationHandler {
            await download.value
        } onCancel: {
            download.cancel()
        }
        return try result.get()
    }
}
