import ModelCore
import Synchronization
import SystemIO
import SystemPackage

extension SSHReleaseHost {
    /// How long the shell of a connection that was ended may take to end, too, in seconds.
    private static let patience = 15

    package func uninterrupted() -> any ReleaseHost {
        SSHReleaseHost(after: self, greeting: relocking, cancellation: Cancellation())
    }

    /// Takes the lock again; the file still has the note where nobody else had it meanwhile.
    private var relocking: RemoteSession.Greeting {
        let lock = RemoteScript.word(layout.lock)
        let isOurs = held.note.map {
            "[ \"$(head -c \(LockNote.byteLimit) \(lock))\" = \(SSHReleaseHost.word(of: $0)) ]"
        }
        let script = """
            exec 9<>\(lock)
            _n=0
            while flock -n 9; _code=$?; [ "$_code" = 1 ] && [ $_n -lt \(SSHReleaseHost.patience) ]; do
                sleep 1
                _n=$((_n + 1))
            done
            if [ "$_code" = 0 ] && \(isOurs ?? "false"); then
                echo held
            else
                exec 9>&-
                echo busy
                head -c \(LockNote.byteLimit) \(lock)
            fi
            """
        return RemoteSession.Greeting(script: script) { [layout] answer in
            let lines = answer.output.split(separator: UInt8(ascii: "\n"), maxSplits: 1)
            guard lines.first?.elementsEqual("held".utf8) == true else {
                throw HostError.locked(layout.root, by: LockNote.text(of: lines.count > 1 ? Array(lines[1]) : []))
            }
        }
    }

    /// A note as the file of the lock has it, as a word of a script.
    static func word(of note: String) -> String {
        ShellWord.quoted(String(decoding: LockNote.bytes(of: note).dropLast(), as: UTF8.self))
    }
}

/// What a host that took its lock wrote there.
final class HeldNote: Sendable {
    private let state = Mutex<String?>(nil)

    /// The note; `nil` before the lock was taken.
    var note: String? { state.withLock { $0 } }

    func keep(_ note: String) { state.withLock { $0 = note } }
}
