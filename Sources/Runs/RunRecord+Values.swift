extension RunRecord {
    /// Returns what a name means in conditions and for sorting; `nil` for what the run does not have.
    package func value(named name: String) -> ParameterValue? {
        func rest(_ prefix: String) -> String? { name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil }
        if let parameter = rest("params.") { return parameters[parameter] }
        if let metric = rest("metrics.") { return metrics[metric].map { .real($0.value) } }
        switch name {
        case "id": return .text(id.text)
        case "name": return self.name.map { .text($0) }
        case "status": return .text(status.rawValue)
        case "branch": return code.branch.map { .text($0) }
        case "commit": return code.commit.map { .text($0) }
        case "parent": return parent.map { .text($0.text) }
        case "user": return origin.user.map { .text($0) }
        case "started": return .text(started.text)
        case "duration": return milliseconds.map { .real(Double($0) / 1000) }
        default: return metrics[name].map { .real($0.value) } ?? parameters[name]
        }
    }
}
