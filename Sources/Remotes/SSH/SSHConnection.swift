import SystemIO

/// The session with a server, which is begun when it is first needed and again after it broke.
actor SSHConnection {
    private let location: SSHLocation
    private let settings: SSHSettings
    private let isAgreed: Bool
    private let cancellation: Cancellation
    private var session: SFTPSession?

    init(_ location: SSHLocation, _ settings: SSHSettings, isAgreed: Bool, cancellation: Cancellation) {
        self.location = location
        self.settings = settings
        self.isAgreed = isAgreed
        self.cancellation = cancellation
    }

    deinit { session?.end() }

    /// Returns the session; a login that was refused is not tried again, for servers lock out who does.
    func current() throws(SFTPFailure) -> SFTPSession {
        if let session {
            guard let end = session.reasonOfEnd else { return session }
            if end.isForGood { throw .ended(end) }
        }
        do throws(SFTPEnd) {
            let started = try SFTPSession(location, settings, isAgreed: isAgreed, cancellation: cancellation)
            session = started
            return started
        } catch { throw .ended(error) }
    }
}
