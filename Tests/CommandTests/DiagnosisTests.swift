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
        ("https://host/m", "agree to its use, where you have not: `git model trust https://host/m`"),
        ("https://host/m?…", "agree to its use, where you have not: `git model trust` lists the URLs"),
    ])
    func `Nobody is told to agree to a URL that is shown without its token`(name: String, hint: String) {
        let error = RemoteError.denied(name, file: "format", reason: "no", tried: [])
        #expect(error.diagnosis.hints == [hint])
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
