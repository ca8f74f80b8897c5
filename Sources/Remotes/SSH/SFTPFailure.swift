import SystemIO

/// Why something that was to be done over SFTP was not.
enum SFTPFailure: Error, Sendable {
    /// The server says no.
    case refused(SFTPStatus)
    /// The server's disk has only so many bytes left.
    case full(byteCount: UInt64)
    /// The server's disk may not be written to.
    case readOnly
    /// The file is longer than what is read whole, in bytes.
    case tooLong(limit: Int)
    /// The server answers something else than what it was asked.
    case unexpected
    /// The conversation ended before.
    case ended(SFTPEnd)
    /// A file of this machine cannot be read.
    case file(IOError)
    /// A file of this machine got shorter while it was sent.
    case fileChanged(String)
    /// Nobody wants it any more.
    case cancelled

    /// Whether the server says that there is nothing at the path.
    var isNoSuchFile: Bool {
        if case .refused(let status) = self { status.code == .noSuchFile } else { false }
    }
}

/// Why a conversation with a server ended, or never began.
enum SFTPEnd: Error, Hashable, Sendable {
    /// The connection broke, or could not be made at the moment.
    case lost(String)
    /// Nothing came for so many seconds.
    case stalled(seconds: Int)
    /// The server does not let this user in, or cannot prove that it is the right one.
    case denied(String)
    /// Trying again is no use.
    case unusable(String)
    /// The user stopped the work.
    case cancelled

    /// Whether another attempt would end in the same way.
    var isForGood: Bool {
        switch self {
        case .denied, .unusable, .cancelled: true
        case .lost, .stalled: false
        }
    }

    /// Creates the reason from what `ssh` said before it ended; its exit code is 255 for its own failures.
    init(errorText: String, exitCode: Int?, wasConnected: Bool) {
        let lines = errorText.split(whereSeparator: \.isNewline).filter { line in
            !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("Warning: Permanently added")
                && !line.hasPrefix("debug")
        }
        let last = lines.last.map { String($0).trimmed } ?? "ssh ended without a word"
        guard !wasConnected else {
            self = .lost(lines.isEmpty ? "the connection was lost" : "the connection was lost (\(last))")
            return
        }
        func said(_ phrases: String...) -> String? {
            lines.last { line in phrases.contains { line.contains($0) } }.map { String($0).trimmed }
        }
        if let line = said(
            "Permission denied",
            "Too many authentication failures",
            "Host key verification failed",
            "No supported authentication methods"
        ) {
            self = .denied(line)
        } else if exitCode == 126 || exitCode == 127 {
            self = .unusable("OpenSSH's client cannot be run (\(last))")
        } else if said("subsystem request failed") != nil {
            self = .unusable("the server has no SFTP subsystem (\(last))")
        } else if let line = said("Could not resolve hostname"), !line.contains("Temporary failure") {
            self = .unusable(line)
        } else if let line = said("configuration option", "Bad owner or permissions", "keyword ", "Bad port") {
            self = .unusable(line)
        } else {
            self = .lost(last)
        }
    }
}

extension SFTPEnd: CustomStringConvertible {
    /// One clause that says what happened.
    var description: String {
        switch self {
        case .lost(let cause), .denied(let cause), .unusable(let cause): cause
        case .stalled(let seconds): "the server said nothing for \(seconds) seconds"
        case .cancelled: "interrupted"
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
