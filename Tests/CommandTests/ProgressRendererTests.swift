@testable import CommandLineInterface
import Operations
import Testing

@Suite struct ProgressRendererTests {
    private func snapshot(_ done: Int64, phase: String = "hashing") -> Progress {
        Progress(phase: phase, name: "weights/a.bin", bytes: .init(done: done, total: 1_000_000_000))
    }

    @Test func `Quick work shows nothing`() {
        var renderer = ProgressRenderer(.terminal(width: 80))
        #expect(renderer.update(snapshot(0), at: 0) == "")
        #expect(renderer.update(snapshot(500_000_000), at: 249_000_000) == "")
        #expect(renderer.finish() == "")
    }

    @Test func `A line shows bytes, rate and time left, and is erased`() {
        var renderer = ProgressRenderer(.terminal(width: 100))
        _ = renderer.update(snapshot(0), at: 0)
        #expect(
            renderer.update(snapshot(250_000_000), at: 500_000_000)
                == "\rhashing: 25 %, 250 MB of 1.0 GB, 500 MB/s, 2 s left: weights/a.bin\u{1B}[K"
        )
        #expect(renderer.erase() == "\r\u{1B}[K")
        #expect(renderer.erase() == "")
    }

    @Test func `It repaints at most twenty times a second`() {
        var renderer = ProgressRenderer(.terminal(width: 80))
        var paints = 0
        for millisecond in 0..<1250 where renderer.update(snapshot(1), at: Int64(millisecond) * 1_000_000) != "" {
            paints += 1
        }
        #expect(paints == 20)
    }

    @Test(arguments: [10, 20, 40, 60, 80])
    func `A line never wraps`(width: Int) {
        var renderer = ProgressRenderer(.terminal(width: width))
        _ = renderer.update(snapshot(0), at: 0)
        let painted = renderer.update(snapshot(333_000_000), at: 1_000_000_000)
        #expect(DisplayText.width(of: String(painted.dropFirst().dropLast(3))) < width)
    }

    @Test func `A new phase has a rate of its own`() {
        var renderer = ProgressRenderer(.terminal(width: 100))
        _ = renderer.update(snapshot(0), at: 0)
        _ = renderer.update(snapshot(900_000_000), at: 1_000_000_000)
        _ = renderer.update(snapshot(0, phase: "pushing"), at: 1_100_000_000)
        #expect(
            renderer.update(snapshot(100_000_000, phase: "pushing"), at: 2_100_000_000)
                == "\rpushing: 10 %, 100 MB of 1.0 GB, 100 MB/s, 10 s left: weights/a.bin\u{1B}[K"
        )
    }

    @Test func `Items are counted with and without bytes`() {
        var renderer = ProgressRenderer(.terminal(width: 100))
        let items = Progress(phase: "checking", items: .init(done: 3, total: 12))
        _ = renderer.update(items, at: 0)
        #expect(renderer.update(items, at: 300_000_000) == "\rchecking: 25 % (3/12)\u{1B}[K")
        let both = Progress(phase: "checking", items: .init(done: 3), bytes: .init(done: 50))
        #expect(renderer.update(both, at: 400_000_000) == "\rchecking: 3, 50 B, 125 B/s\u{1B}[K")
    }

    @Test func `Without a terminal a plain line comes every ten seconds`() {
        var renderer = ProgressRenderer(.lines)
        var text = ""
        for second in 0...25 {
            text += renderer.update(snapshot(Int64(second) * 20_000_000), at: Int64(second) * 1_000_000_000)
        }
        #expect(
            text == """
                hashing: 20 %, 200 MB of 1.0 GB, 20.0 MB/s, 41 s left
                hashing: 40 %, 400 MB of 1.0 GB, 20.0 MB/s, 31 s left

                """
        )
        #expect(renderer.finish() == "")
    }

    @Test func `Other text on standard error never lands behind a painted line`() {
        let recorder = Recorder(terminal: Terminal(errorCanRepaint: true, width: 80))
        let console = Console(recorder.streams, .init(verbosity: .verbose), clock: recorder.program([]).ticks)
        console.update(snapshot(0))
        recorder.wait(milliseconds: 300)
        console.update(snapshot(1))
        console.detail("weights/a.bin is opaque")
        #expect(recorder.error.hasSuffix("\u{1B}[K\r\u{1B}[Kweights/a.bin is opaque\n"))
    }
}
