import ModelCore
import SystemIO
import SystemPackage
import Transport

/// The user's rclone, which serves its remote control to this process alone for as long as that lives (`rclone rcd`).
///
/// It is begun when it is first needed, and again after it ended.
actor RcloneProcess {
    /// What to ask, and how to prove who asks.
    struct Access: Sendable {
        /// `http://127.0.0.1:PORT`.
        let origin: String
        /// The value of the field `Authorization`.
        let authorization: String
    }

    private struct Running {
        let child: ChildProcess
        let access: Access
    }

    private static let user = "git-model"
    /// What rclone writes in front of its address (rclone 1.61 and later).
    private static let announcement = "remote control on "
    private static let patience = Duration.seconds(30)
    private static let pause = Duration.milliseconds(20)
    /// How long rclone knows how a copy ended: its own minute passes while this process or the machine is suspended.
    private static let memory = "168h"
    /// Ends rclone with its standard input, so that none is left behind, however this process ends.
    private static let leash = #"{ "$@" </dev/null >/dev/null; kill 0; } & cat >/dev/null; kill 0"#

    /// Where bytes are put that rclone is to take as a file.
    nonisolated let temporaryDirectory: String

    /// rclone knows the keys to whatever its user set up, which no repository is to reach by itself.
    private let isAgreed: Bool
    private let environment: [String: String]
    private let cancellation: Cancellation
    private let bytesPerSecond: Int64?
    private var current: Task<Result<Running, RemoteError>, Never>?

    init(environment: [String: String], isAgreed: Bool, cancellation: Cancellation, bytesPerSecond: Int64?) {
        self.isAgreed = isAgreed
        self.environment = environment
        temporaryDirectory = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        self.cancellation = cancellation
        self.bytesPerSecond = bytesPerSecond
    }

    /// Returns the access to a process that runs.
    func access(for remote: String) async throws(RemoteError) -> Access {
        guard isAgreed else {
            throw .denied(remote, file: "anything", reason: "nobody on this machine agreed to it", tried: [])
        }
        if let current {
            let running = try await current.value.get()
            if !running.child.hasClosedErrors { return running.access }
            // Somebody else who waited may have begun another.
            if current == self.current { self.current = nil }
            return try await access(for: remote)
        }
        let start = Task { await self.start(for: remote) }
        current = start
        return try await start.value.get().access
    }

    private nonisolated func start(for remote: String) async -> Result<Running, RemoteError> {
        let password = (0..<4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
        var words = ["rclone", "rcd", "--rc-addr", "127.0.0.1:0", "--rc-serve", "--log-level", "NOTICE"]
        // Ages are told by the clock of the service, where it has one.
        words += ["--use-server-modtime"]
        words += ["--rc-job-expire-duration", RcloneProcess.memory]
        if let bytesPerSecond { words += ["--bwlimit", "\(bytesPerSecond)B"] }
        let secrets = ["RCLONE_RC_USER": RcloneProcess.user, "RCLONE_RC_PASS": password]
        do throws(IOError) {
            let child = try ChildProcess(
                "/bin/sh",
                ["sh", "-c", RcloneProcess.leash, "rclone"] + words,
                environment: environment.merging(secrets) { $1 },
                mayAskUser: false
            )
            guard let origin = await origin(of: child) else {
                let complaint = child.currentErrorText.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
                return .failure(.unreachable(remote, cause: "rclone does not start" + complaint))
            }
            let credentials = "\(RcloneProcess.user):\(password)".base64
            return .success(
                Running(child: child, access: Access(origin: origin, authorization: "Basic \(credentials)"))
            )
        } catch { return .failure(.io(remote, error)) }
    }

    /// Waits until rclone says where it serves; `nil` where it does not come to that.
    private nonisolated func origin(of child: ChildProcess) async -> String? {
        let deadline = ContinuousClock.now + RcloneProcess.patience
        while ContinuousClock.now < deadline, !cancellation.isCancelled {
            let isOver = child.hasClosedErrors
            for line in child.currentErrorText.split(whereSeparator: \.isNewline) {
                guard let mark = line.firstRange(of: RcloneProcess.announcement) else { continue }
                return String(
                    line[mark.upperBound...].drop { $0 == "[" }.prefix { $0 != "]" && $0 != " " }.trimmingSlash
                )
            }
            if isOver { return nil }
            try? await Task.sleep(for: RcloneProcess.pause)
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingSlash: Substring { hasSuffix("/") ? dropLast() : self }
}
