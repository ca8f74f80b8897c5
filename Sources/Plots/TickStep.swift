/// The distance between ticks: 1, 2 or 5 times a power of ten.
struct TickStep: Equatable {
    /// 1, 2 or 5.
    let factor: Int
    /// The power of ten.
    let exponent: Int

    /// Finds the step that divides a span into about so many parts; the span is at least 1e-290 and finite.
    init(dividing span: Double, into count: Int) {
        let rough = span / Double(count)
        let exponent = Decade.floor(rough)
        let lead = rough / Decade.power(exponent)
        // Where the next factor makes about as many parts too few as this one makes too many.
        let isNextPower = lead >= 7.5
        factor = lead < 1.5 || isNextPower ? 1 : lead < 3.5 ? 2 : 5
        self.exponent = isNextPower ? exponent + 1 : exponent
    }

    /// Returns so many steps, as near as binary64 comes.
    func value(_ count: Int) -> Double { Double("\(count * factor)e\(exponent)") ?? 0 }

    /// Returns the number of steps that lead to a value, which need not be whole.
    func count(to value: Double) -> Double { value / self.value(1) }
}
