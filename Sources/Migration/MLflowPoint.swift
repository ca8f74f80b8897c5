/// A value of a metric, as exports and servers of MLflow write it.
package struct MLflowPoint: Sendable, Hashable {
    /// The value; it may be no number or infinite.
    package let value: Double
    /// The step; `nil` where there is none.
    package let step: Int64?
    /// When it was recorded, in ms since 1970.
    package let milliseconds: Int64

    /// Reads a point; `nil` for what is none.
    package init?(_ fields: MLflowFields) {
        guard let value = fields.real("value") else { return nil }
        self.value = value
        step = fields.integer("step")
        milliseconds = fields.integer("timestamp") ?? 0
    }
}
