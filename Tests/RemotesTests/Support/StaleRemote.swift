import Remotes
import Synchronization

/// A remote whose lists tell of the past for a while; single files are always as they are.
final class StaleRemote: RemoteDecorator {
    let inner: any Remote
    private let past: [String: [RemoteFile]]
    private let remaining: Mutex<Int>

    /// Answers the next `count` lists as they were in `past`, by directory, and empty where that says nothing.
    init(_ inner: any Remote, past: [String: [RemoteFile]] = [:], lists count: Int) {
        self.inner = inner
        self.past = past
        remaining = Mutex(count)
    }

    /// Returns what the lists of a remote say now.
    static func lists(of remote: any Remote) async throws -> [String: [RemoteFile]] {
        var lists: [String: [RemoteFile]] = [:]
        for directory in ["packs", "index", "objects", "roots", "tomb"] {
            lists[directory] = try await remote.list(directory)
        }
        return lists
    }

    func altered(_ files: [RemoteFile], of call: RemoteCall) -> [RemoteFile] {
        let isPast = remaining.withLock { remaining in
            defer { remaining = max(0, remaining - 1) }
            return remaining > 0
        }
        return isPast ? past[call.file] ?? [] : files
    }
}
