/// The lines that MLflow's file store keeps of a metric: `<ms> <value> <step>`, and after that perhaps a data set.
///
/// Source: mlflow/store/tracking/file_store.py, which takes the step only of lines with three words; here it is the
/// third word of any line.
package enum MLflowMetrics {
    /// Adds the points of a file to the log of its run; a last line without an end is not complete.
    package static func add(_ name: String, of bytes: [UInt8], to log: inout MetricLog) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        if let last = bytes.last, last != UInt8(ascii: "\n") {
            // Half of a value is another one.
            lines.removeLast()
            log.unreadableCount += 1
        }
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count >= 2, let milliseconds = Int64(words[0]), let value = Double(String(words[1])) else {
                log.unreadableCount += 1
                continue
            }
            let step = words.count > 2 ? Int64(words[2]) : nil
            log.add(name, value, step: step, time: Timestamp(milliseconds: milliseconds))
        }
    }
}
