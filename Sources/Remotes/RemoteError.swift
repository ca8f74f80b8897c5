package import ModelCore
package import Store
package import SystemIO

/// Why an operation on a remote failed; every case names the remote.
package enum RemoteError: Error, Sendable {
    /// The URL is none that this version can use; the text says why.
    case unusableURL(String, reason: String)
    /// The remote itself cannot be reached.
    case unreachable(String, cause: String)
    /// The remote is a directory that is not there.
    case absent(String)
    /// The remote has no file of this name.
    case notFound(String, file: String)
    /// The remote does not say which files a directory has.
    case unlisted(String, directory: String)
    /// The remote may not be written to.
    case readOnly(String, file: String)
    /// What the remote sent for a file is not what its name or an index promises.
    case wrongContent(String, file: String, problem: String)
    /// A file of the remote needs a newer git-model; the text names what is unknown.
    case needsNewerVersion(String, file: String, String)
    /// Neither this machine nor the remote has these objects whole.
    case incomplete(String, objects: [Digest])
    /// An object that a root of the remote names is not all there.
    case unfinished(String, root: RootRecord, object: Digest)
    /// The remote does not say how old its files are, so that nothing can be deleted there.
    case ageless(String)
    /// An object that is to be purged from the remote is named by a root of another repository.
    case claimed(String, root: RootRecord)
    /// The remote does not let this user do that; what was tried to prove who asks is listed in order.
    case denied(String, file: String, reason: String, tried: [CredentialAttempt])
    /// The remote has no room, or its owner's quota is used up.
    case full(String, file: String, reason: String)
    /// The remote refuses a request for another reason.
    case refused(String, file: String, reason: String)
    /// The remote cannot be reached or is overloaded at the moment; it may ask for so many seconds of patience.
    case busy(String, cause: String, retryAfter: Int?)
    /// A system call on a file of the remote, or on this machine, failed.
    case io(String, IOError)
}

extension RemoteError {
    /// Creates the error of a file whose bytes are not what their format says.
    init(_ remote: String, _ file: String, _ error: FormatError) {
        if case .newer(let what) = error.problem {
            self = .needsNewerVersion(remote, file: file, what)
        } else {
            self = .wrongContent(remote, file: file, problem: "\(error)")
        }
    }

    /// Whether the error says that a file is not there, damaged or not understood, and not that the remote cannot be
    /// reached.
    var isAboutContent: Bool {
        switch self {
        case .notFound, .wrongContent, .needsNewerVersion: true
        default: false
        }
    }

    /// Whether the error says that the remote does not tell which files it has.
    var isUnlisted: Bool { if case .unlisted = self { true } else { false } }

    /// Whether the error is about what was looked for, so that something else may come all the same.
    var leavesOthers: Bool { isAboutContent || isUnlisted }

    /// Whether the error says that a manifest or listing is no such thing, though its frame is right.
    var isAboutMetadata: Bool { isAboutContent && pack == nil }

    /// The pack that the error is about, if any.
    var pack: Digest? {
        switch self {
        case .notFound(_, let file), .wrongContent(_, let file, _), .needsNewerVersion(_, let file, _):
            guard let name = file.split(separator: "/").last, name.hasSuffix(".pack") else { return nil }
            return StoreLayout.digest(inName: String(name))
        default: return nil
        }
    }
}

extension RemoteError: CustomStringConvertible {
    /// One clause that names the remote and what happened.
    package var description: String {
        switch self {
        case .unusableURL(let url, let reason): "cannot use remote \(RemoteURL.shown(url)): \(reason)"
        case .unreachable(let url, let cause): "cannot reach remote \(url): \(cause)"
        case .absent(let url): "cannot reach remote \(url): there is no such directory"
        case .notFound(let url, let file): "remote \(url) has no \(file)"
        case .unlisted(let url, let directory): "remote \(url) has no list of the files in \(directory)"
        case .readOnly(let url, let file): "remote \(url) does not let \(file) be written"
        case .wrongContent(let url, let file, let problem): "\(file) in remote \(url) is damaged: \(problem)"
        case .needsNewerVersion(let url, StoreLayout.format, let what):
            "remote \(url) needs a newer git-model (\(what))"
        case .needsNewerVersion(let url, let file, let what):
            "\(file) in remote \(url) needs a newer git-model (\(what))"
        case .incomplete(let url, let objects):
            "remote \(url) lacks "
                + (objects.count == 1
                    ? "object \(objects[0].abbreviated)"
                    : "\(objects.count) objects, the first is \(objects[0].abbreviated)")
        case .unfinished(let url, let root, let object):
            "remote \(url) lacks bytes of object \(object.abbreviated), which \(root.repository) needs at \(root.reference)"
        case .ageless(let url): "nothing can be deleted in remote \(url): it does not say when its files were written"
        case .claimed(let url, let root):
            "remote \(url) keeps the bytes, because \(root.repository) needs them at \(root.reference)"
        case .denied(let url, let file, let reason, _): "remote \(url) denies access to \(file): \(reason)"
        case .full(let url, let file, let reason): "remote \(url) has no room for \(file): \(reason)"
        case .refused(let url, let file, let reason): "remote \(url) refuses \(file): \(reason)"
        case .busy(let url, let cause, _): "cannot reach remote \(url): \(cause)"
        case .io(let url, let error): "remote \(url): \(error)"
        }
    }
}
