import ModelCore
import Monitoring
import SystemPackage
import Transport

/// Where it is counted what a target is asked and answers, as `monitor.<target>.source` says.
enum MonitorSource: Sendable {
    /// The gateway of a target of this machine.
    case gateway
    /// A Prometheus server, and labels that choose among what it has.
    case prometheus(String, labels: [(name: String, value: String)])
    /// A log of requests.
    case log(FilePath)

    /// Reads `gateway`, `prometheus URL [label=value…]` or `log PATH`, a relative path from `base`; `nil` for anything
    /// else.
    init?(_ text: String, from base: FilePath) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        switch words.first {
        case "gateway" where words.count == 1: self = .gateway
        case "log" where words.count > 1:
            let path = text.drop { $0.isWhitespace }.dropFirst("log".count).drop { $0.isWhitespace }
            self = .log(base.pushing(FilePath(String(path))).lexicallyNormalized())
        case "prometheus" where words.count > 1:
            guard HTTPAddress(words[1]) != nil else { return nil }
            var labels: [(name: String, value: String)] = []
            for word in words.dropFirst(2) {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, MonitorSource.isLabel(parts[0]) else { return nil }
                labels.append((parts[0], parts[1]))
            }
            self = .prometheus(words[1], labels: labels)
        default: return nil
        }
    }

    /// The source as a report names it.
    var text: String {
        switch self {
        case .gateway: "gateway"
        case .prometheus(let url, _): "prometheus \(url)"
        case .log(let path): "log \(path)"
        }
    }

    private static func isLabel(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
    }
}
