import Codec
import ModelCore
import SystemIO
import SystemPackage
import Transport

/// The objects of an LFS server: brings them there and reads them, in part where the server knows ranges.
struct LFSObjects: Sendable {
    /// What says that an action is used up, or that its signature has aged.
    private static let staleStatuses: Set = [401, 403, 404, 410]

    let remote: String
    let server: LFSServer
    let downloads: LFSQueue
    let uploads: LFSQueue
    private let parts: PartialReads

    init(remote: String, server: LFSServer, downloads: LFSQueue, uploads: LFSQueue) {
        self.remote = remote
        self.server = server
        self.downloads = downloads
        self.uploads = uploads
        parts = PartialReads(remote)
    }

    /// Returns bytes of an object that `file` points to, all or those of a range.
    func read(_ object: LFSPointer, _ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        let wanted = range.map { $0.clamped(to: 0..<Int(object.size)) }
        guard wanted?.isEmpty != true, object.size > 0 else { return [] }
        guard let wanted else { return try await response(object, file, RangedRead(range: nil)).bytes }
        return try await parts.read(wanted, of: file) { part async throws(RemoteError) in
            try await response(object, file, part)
        }
    }

    private func response(
        _ object: LFSPointer,
        _ file: String,
        _ part: RangedRead
    ) async throws(RemoteError) -> HTTPResponse {
        for attempt in 0... {
            guard let answer = try await downloads.answer(for: object, file) else {
                throw .notFound(remote, file: file)
            }
            if let refusal = answer.refusal { throw await refused(refusal, object, file, downloads) }
            guard let action = answer.transfer else { throw .notFound(remote, file: file) }
            let response = try await server.perform(
                action,
                of: answer,
                for: .download,
                about: file,
                answerLimit: part.answerLimit
            ) { url, fields in
                var request = HTTPRequest(.get, url, fields: fields)
                part.apply(to: &request)
                return request
            }
            if response.isSuccess { return response }
            await downloads.forget(object)
            guard attempt == 0, LFSObjects.staleStatuses.contains(response.status) else {
                throw server.failure(response, file, isTransfer: true)
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    /// Asks the server for the actions of an object that nobody has, and throws why it gives none; `file` is what
    /// messages name.
    func probe(_ operation: LFSOperation, _ file: String) async throws(RemoteError) {
        guard let refusal = await refusal(ofUnknownFor: operation, file) else { return }
        guard operation == .download, case .notFound = refusal else { throw refusal }
        // Some servers say so of all objects together, and so does one that knows no LFS, which the other operation
        // tells.
        switch await self.refusal(ofUnknownFor: .upload, file) {
        case nil, .denied, .full: return
        case let other?: throw other
        }
    }

    /// Returns why the server gives no action for an object that nobody has, but for that.
    private func refusal(ofUnknownFor operation: LFSOperation, _ file: String) async -> RemoteError? {
        let bytes = Array("git-model probe".utf8)
        let object = LFSPointer(oid: SHA256.digest(of: bytes), size: Int64(bytes.count))
        let answers: [Digest: LFSAnswer]
        do {
            answers = try await server.answers(to: LFSBatch(operation: operation, objects: [object]), about: file)
        } catch { return error }
        guard let refusal = answers[object.oid]?.refusal, operation == .upload || refusal.status != 404 else {
            return nil
        }
        return server.failure(refusal, file)
    }

    /// Sends an object that the server lacks.
    func send(
        _ body: HTTPRequest.Body,
        as object: LFSPointer,
        _ file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        for attempt in 0... {
            guard let answer = try await uploads.answer(for: object, file) else {
                throw .refused(remote, file: file, reason: "its LFS server says nothing of the object")
            }
            if let refusal = answer.refusal { throw await refused(refusal, object, file, uploads) }
            guard let action = answer.transfer else { return }
            let response = try await server.perform(action, of: answer, for: .upload, about: file, sent: sent) {
                var request = HTTPRequest(.put, $0, fields: $1, body: body)
                if request.fields["Content-Type"] == nil { request.fields["Content-Type"] = "application/octet-stream" }
                return request
            }
            await uploads.forget(object)
            if response.isSuccess { return try await verify(object, answer, file) }
            guard attempt == 0, LFSObjects.staleStatuses.contains(response.status) else {
                throw server.failure(response, file, isTransfer: false)
            }
        }
    }

    private func verify(_ object: LFSPointer, _ answer: LFSAnswer, _ file: String) async throws(RemoteError) {
        guard let action = answer.verification else { return }
        let response = try await server.perform(action, of: answer, for: .upload, about: file) {
            var request = HTTPRequest(.post, $0, fields: $1, body: .bytes(object.json.encoded))
            request.fields["Accept"] = LFSBatch.contentType
            request.fields["Content-Type"] = LFSBatch.contentType
            return request
        }
        guard response.isSuccess else { throw server.failure(response, file, isTransfer: false) }
    }

    private func refused(
        _ refusal: LFSAnswer.Refusal,
        _ object: LFSPointer,
        _ file: String,
        _ queue: LFSQueue
    ) async -> RemoteError {
        await queue.forget(object)
        return server.failure(refusal, file)
    }
}
