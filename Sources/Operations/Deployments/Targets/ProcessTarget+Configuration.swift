import Deployment

/// A gateway that runs does not read its configuration again.
extension ProcessTarget {
    /// Writes the configuration that the next gateway is started with; where that cannot be, as on a full disk, it is
    /// no more than a remark: nobody needs it now.
    func leaveConfiguration(beside status: GatewayStatus) throws {
        let next = try gateway()
        do { try next.writeConfiguration() } catch {
            said.add("what the keys of \(target.name) say could not be kept for its next gateway: \(error)")
        }
        noteKeys(unknownTo: status)
    }

    /// Says which keys the gateway that runs was started without, and what it would take to start it with them.
    func noteKeys(unknownTo status: GatewayStatus) {
        guard let wanted = try? gateway().configuration, let present = status.configuration else { return }
        let keys = wanted.keys(otherThanIn: present)
        guard !keys.isEmpty else { return }
        let token = wanted.needsToken ? " with a token in GIT_MODEL_GATEWAY_TOKEN" : ""
        said.add(
            "the gateway of \(target.name) has to be started again for what changed in \(keys.joined(separator: ", ")): "
                + "`kill \(status.process)`, then\(token) `git model serve --target \(target.name)`"
        )
    }
}

extension GatewayConfiguration {
    /// Returns the keys of a target by which this configuration differs from another.
    func keys(otherThanIn other: GatewayConfiguration) -> [String] {
        let changes = [
            ("listen", host != other.host || port != other.port), ("timeout", startTimeout != other.startTimeout),
            ("concurrency", concurrency != other.concurrency), ("bodyLimit", bodyLimit != other.bodyLimit),
            ("requestTimeout", requestTimeout != other.requestTimeout),
            ("drainTimeout", drainTimeout != other.drainTimeout), ("log", requestLog != other.requestLog),
            ("payloads", logsPayloads != other.logsPayloads), ("features", features != other.features),
            ("predictions", predictions != other.predictions),
        ]
        return changes.filter(\.1).map(\.0)
    }
}
