import Plots
import Testing

@Suite struct SparklineTests {
    @Test func `A series is one line, from its first to its last value`() {
        let line = Sparkline([0, 1, 2, 3, 4, 5, 6, 7])
        #expect(line.blocks == "▁▂▃▄▅▆▇█")
        #expect(line.description == "▁▂▃▄▅▆▇█ 0 → 7 (0 … 7)")
    }

    @Test func `Long series are averaged, and what is no number is a space or left out`() {
        let values = (0..<1000).map { $0 < 500 ? 0 : $0 < 750 ? Double.nan : 1 }
        let line = Sparkline(values, width: 4)
        #expect(line.blocks == "▁▁ █")
        #expect(line.first == 0 && line.last == 1)
        #expect(Sparkline([1, .nan, .infinity]).blocks == "▅  ")
        #expect(Sparkline([1, .nan, -.infinity]).description == "▅   1 → -∞ (1 … 1)")
    }

    @Test func `There may be nothing, nothing that is a number, or the largest numbers there are`() {
        #expect(Sparkline([]).description.isEmpty)
        #expect(Sparkline([.nan, .nan]).description == "   NaN → NaN")
        #expect(Sparkline([-.greatestFiniteMagnitude, .greatestFiniteMagnitude]).blocks == "▁█")
        #expect(Sparkline([3, 3, 3]).blocks == "▅▅▅")
        #expect(Sparkline([1, 2], width: 0).blocks.count == 1)
    }
}
