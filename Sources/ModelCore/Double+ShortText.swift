extension Double {
    /// The number with at most six significant digits, for people; `0.15`, not `0.15000000000000002`.
    package var shortText: String {
        let exact = "\(self)"
        guard isFinite, exact.utf8.count > 8 else { return exact }
        if let mark = exact.firstIndex(of: "e") {
            guard let mantissa = Double(exact[..<mark]) else { return exact }
            return mantissa.shortText + exact[mark...]
        }
        var (factor, scaled) = (1.0, magnitude)
        while scaled < 100_000, factor < 1e12 { (factor, scaled) = (factor * 10, scaled * 10) }
        return "\((self * factor).rounded() / factor)"
    }
}
