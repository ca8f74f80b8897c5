/// A place of an axis that bears a number.
struct AxisTick: Equatable {
    let value: Double
    let label: String
}
