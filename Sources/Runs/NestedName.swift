/// Names of nested values, which libraries write with slashes or with dots: `train/loss` and `train.loss` are one name.
enum NestedName {
    /// Returns what all spellings of a name have in common.
    static func key(_ name: String) -> String { name.replacing("/", with: ".") }
}
