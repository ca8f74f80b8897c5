import Operations

/// Decides what of an operation's progress is shown, and when; pure, so that tests give it a clock of their own.
///
/// On a terminal: one line that repaints itself, first after a quarter of a second, so that quick work shows nothing,
/// then at most twenty times a second. Elsewhere: a plain line every ten seconds.
struct ProgressRenderer: Sendable {
    /// How progress can be shown.
    enum Mode: Sendable, Equatable {
        case hidden
        case terminal(width: Int)
        case lines
    }

    private static let firstPaint: Int64 = 250_000_000
    private static let repaint: Int64 = 50_000_000
    private static let lineInterval: Int64 = 10_000_000_000

    private let mode: Mode
    private var started: Int64?
    private var phase: (name: String, began: Int64, bytes: Int64)?
    private var nextPaint: Int64 = 0
    private var isPainted = false

    init(_ mode: Mode) {
        self.mode = mode
    }

    /// Takes a snapshot at a time in nanoseconds of a clock that never goes back; returns what to write.
    mutating func update(_ progress: Progress, at now: Int64) -> String {
        guard mode != .hidden else { return "" }
        if started == nil {
            started = now
            nextPaint = now + (mode == .lines ? Self.lineInterval : Self.firstPaint)
        }
        if phase?.name != progress.phase { phase = (progress.phase, now, progress.bytes?.done ?? 0) }
        guard now >= nextPaint else { return "" }
        switch mode {
        case .hidden:
            return ""
        case .lines:
            nextPaint = now + Self.lineInterval
            return summary(progress, at: now) + "\n"
        case .terminal(let width):
            nextPaint = now + Self.repaint
            isPainted = true
            return "\r" + line(progress, at: now, cells: width - 1) + "\u{1B}[K"
        }
    }

    /// Returns what makes the line vanish, so that something else can be written; the next snapshot paints it again.
    mutating func erase() -> String {
        guard isPainted else { return "" }
        isPainted = false
        return "\r\u{1B}[K"
    }

    /// Ends the operation: erases the line, and the next snapshot is the first of another.
    mutating func finish() -> String {
        started = nil
        phase = nil
        return erase()
    }

    private func line(_ progress: Progress, at now: Int64, cells: Int) -> String {
        let summary = DisplayText.sanitized(summary(progress, at: now))
        let room = cells - DisplayText.width(of: summary) - 2
        guard room >= 0 else { return String(summary.prefix(max(cells, 0))) }
        guard let name = progress.name, room >= 8 else { return summary }
        return summary + ": " + DisplayText.tail(of: DisplayText.quoted(name), cells: room)
    }

    /// `pushing: 92 % (12/40), 1.2 GB of 1.3 GB, 310 MB/s, 1 s left`, as far as the counts are known.
    private func summary(_ progress: Progress, at now: Int64) -> String {
        var parts: [String] = []
        let leading = progress.bytes?.total == nil ? progress.items : progress.bytes
        if let leading, let total = leading.total, total > 0 {
            parts.append("\(percentage(leading.done, of: total)) %")
        }
        if let items = progress.items {
            let count = items.total.map { "\(items.done)/\($0)" } ?? "\(items.done)"
            if parts.isEmpty { parts.append(count) } else { parts[0] += " (\(count))" }
        }
        if let bytes = progress.bytes {
            parts.append(Quantity.bytes(bytes.done) + (bytes.total.map { " of " + Quantity.bytes($0) } ?? ""))
            parts += speed(bytes, at: now)
        }
        return parts.isEmpty ? progress.phase : progress.phase + ": " + parts.joined(separator: ", ")
    }

    /// The rate since the phase began, and the time left at that rate.
    private func speed(_ bytes: Progress.Count, at now: Int64) -> [String] {
        guard let phase, now - phase.began >= Self.firstPaint, bytes.done > phase.bytes else { return [] }
        let elapsed = now - phase.began
        let rate = Quantity.rate(bytes: bytes.done - phase.bytes, nanoseconds: elapsed)
        guard let total = bytes.total, total > bytes.done else { return [rate] }
        let left = Double(elapsed) / Double(bytes.done - phase.bytes) * Double(total - bytes.done)
        // Whole seconds: a tenth of a guess would only flicker.
        let seconds = Int64(min(left, 1e17) / 1e9) + 1
        return [
            rate, (seconds < 10 ? "\(seconds) s" : Quantity.duration(nanoseconds: seconds * 1_000_000_000)) + " left",
        ]
    }

    private func percentage(_ done: Int64, of total: Int64) -> Int64 {
        min(100, max(0, Int64(Double(done) / Double(total) * 100)))
    }
}
