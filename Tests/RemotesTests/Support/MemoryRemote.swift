import Remotes
import Store
import Synchronization
import SystemIO
import SystemPackage

/// A remote in memory: what the others are compared with, and a quick place for many small faults.
final class MemoryRemote: Remote {
    private static let limit = 1 << 30

    let name: String
    let isThisMachineOnly = true
    private let files = Mutex<[String: [UInt8]]>([:])
    /// When files were written, where that was not at the beginning, by a clock that tests turn.
    private let clock = Mutex<(now: Int64, times: [String: Int64])>((1_700_000_000_000_000_000, [:]))

    init(name: String = "memory://\(UInt32.random(in: 0 ... .max))") { self.name = name }

    /// Every file.
    var contents: [String: [UInt8]] {
        get { files.withLock { $0 } }
        set { files.withLock { $0 = newValue } }
    }

    subscript(file: String) -> [UInt8]? {
        get { files.withLock { $0[file] } }
        set {
            files.withLock { $0[file] = newValue }
            clock.withLock { $0.times[file] = newValue == nil ? nil : $0.now }
        }
    }

    /// Lets time pass.
    func wait(hours: Int) { clock.withLock { $0.now += Int64(hours) * 3_600_000_000_000 } }

    /// The time of the remote's clock, in ns.
    var now: Int64 { clock.withLock { $0.now } }

    func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        guard let bytes = self[file] else { throw .notFound(name, file: file) }
        return range.map { Array(bytes[$0.clamped(to: 0..<bytes.count)]) } ?? bytes
    }

    func size(of file: String) async throws(RemoteError) -> Int64? { self[file].map { Int64($0.count) } }

    func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let prefix = directory.isEmpty ? "" : directory + "/"
        let times = clock.withLock { $0.times }
        return contents.compactMap { file, bytes in
            guard file.hasPrefix(prefix), !TemporaryFile.isTemporary(RemoteFile(path: file, size: 0).name) else {
                return nil
            }
            return RemoteFile(
                path: String(file.dropFirst(prefix.count)),
                size: Int64(bytes.count),
                modified: times[file] ?? 1_700_000_000_000_000_000
            )
        }
    }

    func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) { self[file] = bytes }

    func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        do {
            let bytes = try DurableFile.read(source, limit: MemoryRemote.limit)
            self[file] = bytes
            sent(bytes.count)
        } catch { throw .io(name, error) }
    }

    func delete(_ file: String) async throws(RemoteError) { self[file] = nil }
}
