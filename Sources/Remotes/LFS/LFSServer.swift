import ModelCore
import SystemIO
import Transport

/// An LFS server: its API by HTTP.
actor LFSServer {
    /// How often a transfer is sent on to another URL.
    private static let maximumRedirects = 3

    private let remote: String
    private let authority: any LFSAuthority
    private let transport: AuthenticatedTransport
    private let doorman: LFSDoorman
    private let now: @Sendable () -> Int64
    private var doors: [LFSOperation: LFSDoor] = [:]

    init(
        _ remote: String,
        _ authority: any LFSAuthority,
        over transport: AuthenticatedTransport,
        doorman: LFSDoorman,
        now: @escaping @Sendable () -> Int64
    ) {
        self.remote = remote
        self.authority = authority
        self.transport = transport
        self.doorman = doorman
        self.now = now
    }

    /// Asks for the actions of objects; `file` is what messages name.
    func answers(to batch: LFSBatch, about file: String) async throws(RemoteError) -> [Digest: LFSAnswer] {
        let response = try await post(batch, about: file)
        guard response.isSuccess else {
            // Some servers say so of all objects together.
            throw failure(response, file, isTransfer: batch.operation == .download)
        }
        do { return try LFSBatch.answers(response.bytes, now: now()) } catch {
            throw .unreachable(remote, cause: "its LFS server's answer cannot be used: \(error)")
        }
    }

    private func post(_ batch: LFSBatch, about file: String) async throws(RemoteError) -> HTTPResponse {
        var isReopened = false
        while true {
            let door = try await door(for: batch.operation)
            var request = HTTPRequest(.post, door.url + "/objects/batch", fields: door.fields, body: .bytes(batch.body))
            request.fields["Accept"] = LFSBatch.contentType
            request.fields["Content-Type"] = LFSBatch.contentType
            guard door.hasCredentials else { return try await transport.send(request, to: door.url, about: file) }
            let response = try await transport.send(request, about: file)
            guard response.status == 401, !isReopened else { return response }
            doors[batch.operation] = nil
            isReopened = true
        }
    }

    private func door(for operation: LFSOperation) async throws(RemoteError) -> LFSDoor {
        if let door = doors[operation], door.end.map({ now() < $0 }) ?? true { return door }
        let door =
            switch try await authority.endpoint(for: operation) {
            case .web(let url, let fields): LFSDoor(url: url, fields: HTTPFields(fields.map { ($0.key, $0.value) }))
            case .ssh(let location, let url):
                try await doorman.door(of: location, for: operation, otherwise: url)
            }
        doors[operation] = door
        return door
    }

    /// Does what an action says: returns the answer to a download or upload.
    ///
    /// What says who asks never goes to another host than the one that it is for.
    func perform(
        _ action: LFSAnswer.Action,
        of answer: LFSAnswer,
        for operation: LFSOperation,
        about file: String,
        answerLimit: Int = HTTPTransport.answerLimit,
        sent: @escaping @Sendable (Int) -> Void = { _ in },
        _ make: (_ url: String, _ fields: HTTPFields) -> HTTPRequest
    ) async throws(RemoteError) -> HTTPResponse {
        var (url, fields) = (action.url, action.fields)
        for redirects in 0... {
            var request = make(url, fields)
            let door = answer.isAuthenticated ? nil : door(of: operation, for: request)
            if let door { request.fields.add(door.fields) }
            let response: HTTPResponse
            if let door, !door.hasCredentials {
                response = try await transport.send(
                    request,
                    to: door.url,
                    about: file,
                    answerLimit: answerLimit,
                    sent: sent
                )
            } else {
                response = try await transport.send(request, about: file, answerLimit: answerLimit, sent: sent)
            }
            guard [301, 302, 303, 307, 308].contains(response.status), redirects < LFSServer.maximumRedirects,
                let target = response.fields["Location"], let next = HTTPAddress(target),
                let last = HTTPAddress(url), next.isSecure || !last.isSecure
            else { return response }
            if next.origin != last.origin { fields["Authorization"] = nil }
            url = target
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    /// Returns the door whose fields or login say who asks in a request to the same host that does not say so itself.
    private func door(of operation: LFSOperation, for request: HTTPRequest) -> LFSDoor? {
        guard request.fields["Authorization"] == nil, let door = doors[operation],
            let origin = HTTPAddress(door.url)?.origin, HTTPAddress(request.url)?.origin == origin
        else { return nil }
        return door
    }

    /// Returns the error of an answer; only a transfer's tells that an object is not there.
    nonisolated func failure(_ response: HTTPResponse, _ file: String, isTransfer: Bool) -> RemoteError {
        let document = (try? JSONValue(parsing: response.bytes))?.object ?? [:]
        let words = [document["message"]?.string, document["request_id"]?.string.map { "request \($0)" }]
        let detail = words.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "; ")
        if [404, 410].contains(response.status), !isTransfer {
            let reason = detail.isEmpty ? "there is no LFS server for this repository" : detail
            return .refused(remote, file: file, reason: "\(reason) (status \(response.status))")
        }
        return RemoteError(remote, file: file, response, detail: detail)
    }

    /// Returns the error of what the server says of one object.
    nonisolated func failure(_ refusal: LFSAnswer.Refusal, _ file: String) -> RemoteError {
        let response = HTTPResponse(status: refusal.status, fields: [:], bytes: [])
        return RemoteError(remote, file: file, response, detail: refusal.message)
    }
}
