import ModelCore
import Monitoring
import Operations
import Remotes
import SystemIO
import SystemPackage
import Testing
import Transport

@testable import CommandLineInterface

@Suite struct DiagnosisTests {
    @Test func `A failure takes the kind and the hints of its cause`() {
        let cause = LockError.held("/r/.git/model/lock")
        let diagnosis = Diagnosis(of: Failure(nil, "cannot add a.bin", hints: ["try later"], cause: cause))
        #expect(diagnosis.kind == .locked)
        #expect(diagnosis.message == "cannot add a.bin")
        #expect(diagnosis.causes == ["/r/.git/model/lock is locked by another process"])
        #expect(diagnosis.hints == ["try later", "wait until the other command has ended, then try again"])
    }

    @Test(arguments: [
        ("https://host/m", "logins come from ~/.netrc and Git's helpers: `git credential fill` shows what these have"),
        ("rclone://b/m x", "see what rclone itself says of it: `rclone lsf 'b:m x'`"),
    ])
    func `Whom a remote denies access is told where its logins come from`(name: String, hint: String) {
        let error = RemoteError.denied(name, file: "format", reason: "no", tried: [])
        #expect(error.diagnosis.hints == [hint])
    }

    @Test func `Where every remote failed, each one's reason is there, with the code of the first`() {
        let keys = [CredentialAttempt("the environment", "key A")]
        let error = RemotesFailure(
            "nothing was pushed: every remote failed",
            [
                ("store", RemoteError.denied("s3://b/m", file: "format", reason: "no", tried: keys)),
                ("gone", RemoteError.absent("/gone")),
            ]
        )
        let diagnosis = Diagnosis(of: error)
        #expect(diagnosis.kind == .authentication && diagnosis.message == "nothing was pushed: every remote failed")
        #expect(
            diagnosis.causes == [
                "remote store: remote s3://b/m denies access to format: no", "the environment: key A",
                "remote gone: cannot reach remote /gone: there is no such directory",
            ]
        )
        #expect(diagnosis.hints.contains { $0.contains("aws configure") })
        #expect(diagnosis.hints.contains { $0.contains("`mount`") })
    }

    @Test func `A failure's own kind is stronger than its cause's, and causes nest`() {
        let full = IOError(.write, "/r/.git/model/tmp", .noSpace)
        let inner = Failure(nil, "cannot store a frame", cause: full)
        let diagnosis = Diagnosis(of: Failure(.verification, "cannot add a.bin", cause: inner))
        #expect(diagnosis.kind == .verification)
        #expect(
            diagnosis.causes == [
                "cannot store a frame", "cannot write /r/.git/model/tmp: No space left on device",
            ]
        )
        let hint = "free some space there; of the local store, `git model gc` removes what nothing refers to"
        #expect(diagnosis.hints == [hint])
    }

    @Test(
        arguments: [
            (IOError(.open, "/x", .noSuchFileOrDirectory), .failed),
            (LockError.io(IOError(.lock, "/x", .permissionDenied)), .failed),
            (UnsafePathError.symbolicLink("/a", inTheWayOf: "/a/b"), .failed),
            (FormatError("manifest", .truncated), .verification),
            (FormatError("manifest", .newer("kind 9")), .failed),
            (Swift.CancellationError(), .interrupted),
            (Errno.noSpace, .failed),
            (UnforeseenError(), .bug),
            (VersionQueryError.empty, .usage),
            (LinkTargetError.outside, .failed),
            (TransportError.interrupted("the server ended the connection"), .unreachable),
            (TransportError.tooLong(limit: 1), .failed),
            (ReferenceDataError.column("nope"), .failed),
            (ReferenceDataError.file(IOError(.open, "/x", .noSuchFileOrDirectory)), .failed),
            (PointerError.truncated, .verification),
            (PointerError.newerVersion("9"), .failed),
        ] as [(any Error, Failure.Kind)]
    )
    func `An error of each module has its kind`(error: any Error, kind: Failure.Kind) {
        #expect(Diagnosis(of: error).kind == kind)
    }
}
