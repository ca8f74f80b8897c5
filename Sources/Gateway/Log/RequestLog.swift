import Monitoring
import Synchronization
import SystemIO
import SystemPackage

/// Where requests are written down, and looked at for drift: on a thread of its own, never on the way of a request.
///
/// A file that was moved away, as programs that rotate logs do, is begun anew. What cannot be written is dropped, and
/// that is said once, until something could be written again.
final class RequestLog: Sendable {
    /// The most bytes that are kept of a body.
    static let payloadLimit = 64 << 10
    private static let pause = 50

    private struct Observation: Sendable {
        let window: TrafficWindow
        let payload: RequestLine.Payload
        let time: Int64
    }

    private let path: FilePath?
    private let say: @Sendable (String) -> Void
    private let lines = DroppingQueue<RequestLine>(capacity: 16 << 10, byteLimit: 16 << 20)
    private let observations = DroppingQueue<Observation>(capacity: 1024, byteLimit: 16 << 20)
    private let failed = Atomic(0)
    private let isFailing = Atomic(false)
    private let isClosed = Atomic(false)
    private let hasEnded = Atomic(false)

    /// Creates a log; without a path nothing is written down, and `say` gets a line for people where that cannot be.
    init(_ path: FilePath?, _ say: @escaping @Sendable (String) -> Void = { _ in }) {
        self.path = path
        self.say = say
    }

    /// Whether lines go anywhere.
    var isOn: Bool { path != nil }

    /// How many lines and payloads were dropped.
    var dropped: Int { lines.dropped + observations.dropped + failed.load(ordering: .relaxed) }

    /// Begins to write, in a directory that is made for that; `close` has to follow.
    func start() {
        // Where it cannot be made, the first line says so.
        if let path { try? Directories.create(path.removingLastComponent()) }
        WorkerThread.start { [self] in
            while true {
                let isLast = isClosed.load(ordering: .acquiring)
                work()
                if isLast { break }
                WorkerThread.sleep(milliseconds: RequestLog.pause)
            }
            hasEnded.store(true, ordering: .releasing)
        }
    }

    /// Writes what is left; blocks for a moment.
    func close() {
        isClosed.store(true, ordering: .releasing)
        for _ in 0..<200 where !hasEnded.load(ordering: .acquiring) { WorkerThread.sleep(milliseconds: 10) }
    }

    /// Writes a line down.
    func add(_ line: RequestLine) {
        let byteCount = 512 + (line.payload.map { $0.request.count + $0.answer.count } ?? 0)
        lines.offer(line, byteCount: byteCount)
    }

    /// Looks at what a release was asked and answered, at a time of the monotonic clock.
    func observe(_ payload: RequestLine.Payload, by window: TrafficWindow, at time: Int64) {
        let byteCount = payload.request.count + payload.answer.count
        observations.offer(Observation(window: window, payload: payload, time: time), byteCount: byteCount)
    }

    private func work() {
        for item in observations.takeAll() {
            item.window.observe(request: item.payload.request, answer: item.payload.answer, at: item.time)
        }
        let lines = lines.takeAll()
        guard let path, !lines.isEmpty else { return }
        // In pieces, so that a reader at the file's end does not wait for thousands of lines.
        var start = 0
        while start < lines.count {
            let end = min(start + 256, lines.count)
            let bytes = lines[start..<end].flatMap(\.bytes)
            do {
                try DurableFile.append(bytes, to: path)
                isFailing.store(false, ordering: .relaxed)
            } catch {
                failed.add(end - start, ordering: .relaxed)
                if !isFailing.exchange(true, ordering: .relaxed) {
                    say("warning: requests are not written down: \(error)")
                }
            }
            start = end
        }
    }
}
